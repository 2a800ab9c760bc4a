/* draw - how long a document and a picture take, from the call to the bytes, and what lies in memory between. Prints a line each.
 *
 *   build/draw */
#include <unistd.h>

#include "../png.h"
#include "os/os.h"
#include "pdf/pdf.h"
#include "picture/picture.h"

enum { TIMES = 15, ARENA_BYTES = 512 << 20 };

static const ChildKind *const kinds[] = { &pdf_kind, &picture_kind };
static const ChildPool pool = { .name = "bench", .kinds = kinds, .kind_n = 2, .user = "", .sandbox = true };

static pid_t child_of(pid_t parent)
{
    char path[64], line[32] = "0";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *f = fopen(path, "re");
    CHECK(f && fgets(line, sizeof line, f));
    fclose(f);
    return (pid_t)strtol(line, NULL, 10);
}

/* Pss: what is shared counts for each by its part. */
static long memory_of(pid_t pid, const char *name)
{
    char path[64], line[200];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0) kb = strtol(line + strlen(name), NULL, 10);
    if (f) fclose(f);
    return kb;
}

static void say_memory(const char *when)
{
    pid_t keeper = child_of(getpid()), server = child_of(keeper);
    printf("memory, %s: keeper %ld KB, server %ld KB, of which nobody else's %ld KB\n", when, memory_of(keeper, "Rss:"),
           memory_of(server, "Rss:"), memory_of(server, "Private_Dirty:"));
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef struct Task { const char *name; const Pdf *pdf; str picture; PictureType as; int side; } Task;

static void do_once(Arena *keep, const Task *t)
{
    str file;
    Picture made;
    ChildEnd end = t->pdf ? pdf_make(t->pdf, keep, &file) : picture_make(keep, t->picture, t->as, t->side, t->side, &made);
    CHECK(end == CHILD_DONE);
}

static void measure(Arena *keep, const Task *t)
{
    int64_t took[TIMES];
    for (int i = 0; i < TIMES; i++) {
        Arena mark = *keep;
        int64_t from = os_ticks();
        do_once(keep, t);
        took[i] = os_ticks() - from;
        arena_rewind(keep, mark);
    }
    int64_t first = took[0];
    qsort(took, TIMES, sizeof took[0], by_size);
    printf("%-32s first %5lld ms, then %5lld (least %lld)\n", t->name, (long long)first / 1000000, (long long)took[TIMES / 2] / 1000000,
           (long long)took[0] / 1000000);
}

/* ---- what is drawn ---------------------------------------------------------------------------------------------------- */

static void begin(Pdf *pdf, Arena *keep)
{
    pdf_begin(pdf, keep, (PdfSetup){ .paper = PDF_A4, .title = S("Plan"), .lang = S("en"), .footer = S("Plan"),
                                         .page_of = S("Page {page} of {pages}") });
}

static void one_part(Pdf *pdf)
{
    static const PdfColumn columns[] = { { S("Month"), PDF_START, 2 }, { S("Goods"), PDF_START, 5 }, { S("Sum"), PDF_NUMBER, 2 } };
    pdf_heading(pdf, 1, S("Market"));
    for (int i = 0; i < 6; i++)
        pdf_text(pdf, S("Rice goes to Kyoto, and the money comes back after thirty days unless the bank has another opinion of it. "
                        "Rice goes to Kyoto, and the money comes back after thirty days unless the bank has another opinion of it. "
                        "Rice goes to Kyoto, and the money comes back after thirty days unless the bank has another opinion of it."));
    pdf_table(pdf, columns, 3);
    for (int i = 0; i < 14; i++) pdf_row(pdf, (str[]){ S("May"), S("ten sacks of rice"), S("1,234.50") });
}

static str noise(Arena *keep, int width, int height)
{
    uint8_t *p = NEW(keep, uint8_t, (ptrdiff_t)width * height * 3);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width * 3; x++) p[(ptrdiff_t)y * width * 3 + x] = (uint8_t)((x * y >> 9) + (x >> 4) * 3 + ((x * 7919 + y * 104729) & 15));
    return png_write(keep, &(Png){ width, height, 3, p });
}

int main(void)
{
    Region region;
    Landing l;
    Pdf one, fifty, scripts;
    Picture jpeg;
    CHECK(child_start(&pool) && region_open(&region, ARENA_BYTES));
    Arena keep = region_arena(&region, &l);
    begin(&one, &keep);
    one_part(&one);
    begin(&scripts, &keep);
    pdf_text(&scripts, S("出口计划 แผนการส่งออก निर्यात योजना خطة التصدير Plán Việt Nam ການສົ່ງອອກ"));
    begin(&fifty, &keep);
    for (int i = 0; i < 50; i++) {
        one_part(&fifty);
        if (i < 49) pdf_break(&fifty);
    }
    measure(&keep, &(Task){ .name = "PDF, a page", .pdf = &one });
    say_memory("PDF alone");
    measure(&keep, &(Task){ .name = "PDF, a page in seven scripts", .pdf = &scripts });
    measure(&keep, &(Task){ .name = "PDF, 50 pages", .pdf = &fifty });
    CHECK(picture_make(&keep, noise(&keep, 4000, 3000), PICTURE_JPEG, 4000, 4000, &jpeg) == CHILD_DONE);
    measure(&keep, &(Task){ .name = "JPEG of 12 megapixels to 1600", .picture = jpeg.bytes, .as = PICTURE_JPEG, .side = 1600 });
    measure(&keep, &(Task){ .name = "the same to WebP of 800", .picture = jpeg.bytes, .as = PICTURE_WEBP, .side = 800 });
    say_memory("pictures too");
    return 0;
}

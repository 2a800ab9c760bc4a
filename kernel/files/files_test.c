#include "../../tests/world.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files.h"
#include "jobs/jobs.h"

typedef struct Keeping { const char *path; str bytes, type; bool regret, kept; StoredFile file; } Keeping;

static bool keep_rule(Scope *s, void *arg)
{
    Keeping *k = arg;
    k->kept = k->path ? files_keep(s, k->path, k->type, &k->file) : files_keep_bytes(s, k->bytes, k->type, &k->file);
    return !k->regret;
}

static StoredFile keep(World *w, Keeping k)
{
    Landing l;
    bool saved = site_write(world_site(w), world_arena(w), 0, keep_rule, &k, &l);
    EXPECT(k.kept && saved == !k.regret);
    k.file.name = str_keep(world_arena(w), k.file.name);
    return k.file;
}

static StoredFile upload(World *w, str bytes, const char *declared)
{
    const char *path = at(w, "%s/upload", world_site(w)->config.data);
    EXPECT(os_write_file(path, bytes));
    return keep(w, (Keeping){ .path = path, .type = str_from(declared) });
}

typedef struct Finding { str name; const char *path; } Finding;

static void path_rule(Scope *s, void *arg)
{
    Finding *f = arg;
    f->path = files_path(s, f->name);
}

static const char *path_of(World *w, str name)
{
    Landing l;
    Finding f = { name, NULL };
    EXPECT(site_read(world_site(w), world_arena(w), 0, path_rule, &f, &l));
    return f.path;
}

static bool on_disk(World *w, str name)
{
    return access(at(w, "%s/files/%.2s/%.62s", world_site(w)->config.data, name.p, name.p + 2), F_OK) == 0;
}

TEST(what_is_kept_is_found_again_by_its_name_and_kept_once)
{
    StoredFile f = upload(w, S("Ten sacks of rice\r\n"), "text/plain; charset=utf-8");
    EXPECT(f.size == 19 && f.name.n == 64);
    EXPECT_STR(f.type, S("text/plain"));
    const char *path = path_of(w, f.name);
    str got = { 0 };
    EXPECT(path && os_read_file(world_arena(w), path, 1000, &got));
    EXPECT_STR(got, S("Ten sacks of rice\r\n"));
    EXPECT(access(at(w, "%s/upload", world_site(w)->config.data), F_OK) == 0);      /* for a second run of the same work */
    EXPECT_STR(upload(w, S("Ten sacks of rice\r\n"), "").name, f.name);
    EXPECT_STR(keep(w, (Keeping){ .bytes = S("Ten sacks of rice\r\n"), .type = S("text/plain") }).name, f.name);
    EXPECT(sql_int(w, "SELECT count(*) FROM stored_file") == 1);
    EXPECT(keep(w, (Keeping){ .bytes = S(""), .type = S("application/pdf") }).size == 0);
}

TEST(bytes_say_what_they_are_whatever_the_visitor_says)
{
    EXPECT_STR(upload(w, S("\x89PNG\r\n\x1A\n...."), "text/html").type, S("image/png"));
    EXPECT_STR(upload(w, S("\xFF\xD8\xFF\xE0...."), "").type, S("image/jpeg"));
    EXPECT_STR(upload(w, S("RIFF....WEBPVP8 "), "").type, S("image/webp"));
    EXPECT_STR(upload(w, S("%PDF-1.7\n\xE2\xE3"), "").type, S("application/pdf"));
    EXPECT_STR(upload(w, S("a;b\n1;2\n"), "text/csv").type, S("text/csv"));
    EXPECT_STR(upload(w, S("a;b\n1;2\n"), "application/vnd.ms-excel").type, S("text/csv"));
    EXPECT_STR(upload(w, S("<html><script>alert(1)</script>"), "text/html").type, S("text/plain"));
    EXPECT_STR(upload(w, S("MZ\x90\0\x03"), "text/csv").type, S("application/octet-stream"));
    EXPECT_STR(upload(w, S("caf\xE9"), "text/plain").type, S("application/octet-stream"));
    EXPECT_STR(upload(w, S("caf\xC3"), "text/plain").type, S("application/octet-stream"));
    EXPECT_STR(upload(w, S("caf\xC3\xA9 \xE0\xB8\x81"), "text/plain").type, S("text/plain"));
}

/* Characters fall across the blocks that are read at once. */
TEST(a_long_text_is_text_to_its_last_byte)
{
    Out o;
    out_init(&o, world_arena(w), 400000);
    out_char(&o, 'x');
    for (int i = 0; i < 100000; i++) out_lit(&o, "ก");
    EXPECT_STR(upload(w, out_text(&o), "text/plain").type, S("text/plain"));
    out_char(&o, '\0');
    StoredFile f = upload(w, out_text(&o), "text/plain");
    EXPECT_STR(f.type, S("application/octet-stream"));
    EXPECT(f.size == 300002);
}

TEST(no_name_leads_out_of_the_folder)
{
    StoredFile f = upload(w, S("mine"), "");
    EXPECT(path_of(w, f.name) != NULL);
    static const char *const tricks[] = { "", "..", "../key", "/etc/passwd", "ab/../../key",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "../../../../../../../../../../../../../../../../../../../../key" };
    for (int i = 0; i < COUNT_OF(tricks); i++) EXPECT(path_of(w, str_from(tricks[i])) == NULL);
    char *shouted = NEW(world_arena(w), char, 64);
    for (int i = 0; i < 64; i++) shouted[i] = (char)(f.name.p[i] >= 'a' ? f.name.p[i] - 32 : f.name.p[i]);
    EXPECT(str_eq((str){ shouted, 64 }, f.name) || path_of(w, (str){ shouted, 64 }) == NULL);
}

/* The job of each day. */
static void sweep_in(World *w, int64_t ms)
{
    os_log_quiet(true);
    jobs_run_due(world_site(w), world_now(w) + ms);
    os_log_quiet(false);
}

/* As a copy leaves it when the power goes: what it was told last was the time. */
static void leave_half(World *w, const char *path)
{
    int64_t now = world_now(w);
    struct timespec at = { .tv_sec = (time_t)(now / SECOND) };
    EXPECT(os_write_file(path, S("half")) && utimensat(AT_FDCWD, path, (struct timespec[]){ at, at }, 0) == 0);
}

TEST(a_file_without_a_row_is_swept_after_a_day_and_others_stay)
{
    StoredFile kept = upload(w, S("kept"), "");
    const char *path = at(w, "%s/upload", world_site(w)->config.data);
    EXPECT(os_write_file(path, S("regretted")));
    StoredFile lost = keep(w, (Keeping){ .path = path, .type = S(""), .regret = true });
    EXPECT(path_of(w, lost.name) == NULL && on_disk(w, lost.name));
    const char *half = at(w, "%s/files/%.2s/new.123456", world_site(w)->config.data, kept.name.p);
    leave_half(w, half);
    sweep_in(w, 0);
    EXPECT(on_disk(w, lost.name) && access(half, F_OK) == 0);
    sweep_in(w, 2 * DAY);
    EXPECT(!on_disk(w, lost.name) && access(half, F_OK) != 0);
    EXPECT(on_disk(w, kept.name) && path_of(w, kept.name) != NULL);
}

TEST(a_sweep_takes_all_that_is_left_over_though_it_is_much)
{
    StoredFile kept = upload(w, S("kept"), "");
    for (int i = 0; i < 450; i++) leave_half(w, at(w, "%s/files/%.2s/new.%06d", world_site(w)->config.data, kept.name.p, i));
    for (int i = 0; i < 3; i++) sweep_in(w, 2 * DAY + i);
    DirEntry *entry;
    ptrdiff_t n;
    EXPECT(os_list(world_arena(w), at(w, "%s/files/%.2s", world_site(w)->config.data, kept.name.p), &entry, &n) && n == 1);
    EXPECT(sql_int(w, "SELECT count(*) FROM job WHERE kind = 'house.sweep'") == 1);
}

TESTS(files, what_is_kept_is_found_again_by_its_name_and_kept_once, bytes_say_what_they_are_whatever_the_visitor_says,
      a_long_text_is_text_to_its_last_byte, no_name_leads_out_of_the_folder,
      a_file_without_a_row_is_swept_after_a_day_and_others_stay, a_sweep_takes_all_that_is_left_over_though_it_is_much)

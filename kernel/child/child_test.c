#include "../../tests/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child/child.h"
#include "mail/mail.h"

extern const ChildKind *const trial_kinds[];
extern const int trial_kind_n;

/* ---- what is tried in a child ------------------------------------------------------------------------------------- */

static ChildEnd echoes(str in, int out) { return child_write(out, in) ? CHILD_DONE : CHILD_BROKE; }
static ChildEnd refuses(str in, int out) { return child_write(out, S("half")) ? CHILD_UNREADABLE : CHILD_BROKE; }
_Noreturn static ChildEnd falls_over(str in, int out) { abort(); }

/* Deaf, too: what hangs may have been made to. */
_Noreturn static ChildEnd hangs(str in, int out)
{
    for (int i = 1; i < NSIG; i++) signal(i, SIG_IGN);
    for (;;) poll(NULL, 0, 1000);
}

_Noreturn static ChildEnd spins(str in, int out)
{
    for (volatile unsigned i = 0;; i = i + 1) {}
}

static ChildEnd grows(str in, int out)
{
    for (int i = 0; i < 64; i++) {
        volatile char *p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED) return CHILD_NO_MEMORY;
        for (int at = 0; at < 16 << 20; at += 4096) p[at] = 1;
    }
    return CHILD_DONE;
}

static ChildEnd writes_much(str in, int out)
{
    static char block[1 << 20];
    for (int i = 0; i < 64; i++)
        if (!child_write(out, (str){ block, sizeof block })) return CHILD_BROKE;
    return CHILD_DONE;
}

static bool has_no_room_to_warm(void) { return false; }

/* Each is a word for what should not have worked. */
static const char *what_is_still_possible(str in)
{
    int ours = (int)in.p[0];
    if (syscall(SYS_socket, AF_INET, SOCK_STREAM, 0) >= 0) return "a socket";
    if (syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 }) == 0) return "a pair of sockets";
    if (syscall(SYS_fork) >= 0 || syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0) return "a process";
    if (execl("/bin/true", "true", (char *)NULL) >= 0) return "a program";
    if (open("/etc/passwd", O_RDONLY) >= 0 || open("/proc/self/mem", O_RDWR) >= 0) return "a file";
    if (open("/dev/shm/child-was-here", O_RDWR | O_CREAT, 0600) >= 0) return "a new file";
    if (kill(getppid(), 0) == 0 || syscall(SYS_tgkill, getppid(), getppid(), 0) == 0) return "a signal";
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) return "memory to run";
    struct rlimit l = { RLIM_INFINITY, RLIM_INFINITY };
    if (setrlimit(RLIMIT_CPU, &l) == 0) return "limits";
    if (fcntl(ours, F_GETFD) >= 0 || fcntl(4, F_GETFD) >= 0) return "a descriptor";
    if (getenv("SAMPAN_TEST_URL") || getenv("HOME")) return "the environment";
    return "";
}

static ChildEnd tries_the_door(str in, int out)
{
    return child_write(out, str_from(what_is_still_possible(in))) ? CHILD_DONE : CHILD_BROKE;
}

static ChildEnd reads_its_folder(str in, int out)
{
    if (open("/etc/passwd", O_RDONLY) >= 0 || open("/usr/share", O_RDWR | O_TMPFILE, 0600) >= 0) return CHILD_BROKE;
    int other = open("/usr/share", O_RDONLY | O_DIRECTORY), named = open("/usr/include", O_RDONLY | O_DIRECTORY);
    return other < 0 && named >= 0 ? CHILD_DONE : CHILD_UNREADABLE;
}

static void *nothing(void *arg) { return arg; }

static ChildEnd has_threads(str in, int out)
{
    pthread_t t;
    void *got = NULL;
    if (pthread_create(&t, NULL, nothing, &in) != 0 || pthread_join(t, &got) != 0) return CHILD_BROKE;
    return got == &in ? CHILD_DONE : CHILD_BROKE;
}

static void *turns(void *arg)
{
    for (volatile unsigned i = 0;; i = i + 1) {}
    return arg;
}

/* Its share of the processor is used up before its time is, where there are several. */
static ChildEnd spins_twice(str in, int out)
{
    pthread_t t;
    if (pthread_create(&t, NULL, turns, NULL) != 0) return CHILD_BROKE;
    turns(NULL);
    return CHILD_BROKE;
}

static const char *const one_folder[] = { "/usr/include", NULL };
#define TRIAL(function, limit, ...) \
    static const ChildCode function##_code = { .work = function }; \
    static const ChildKind function##_kind = { .name = #function, .code = &function##_code, .seconds = limit, .memory = 64 << 20, \
                                               .in_max = 1 << 20, .out_max = 4 << 20, __VA_ARGS__ }
TRIAL(echoes, 60);
TRIAL(refuses, 5);
TRIAL(falls_over, 5);
TRIAL(hangs, 1);
TRIAL(spins, 1);
TRIAL(spins_twice, 1);
TRIAL(grows, 5);
TRIAL(writes_much, 5);
TRIAL(tries_the_door, 5);
TRIAL(reads_its_folder, 5, .reads = one_folder);
TRIAL(has_threads, 5);
static const ChildCode cold_code = { .warm = has_no_room_to_warm, .work = echoes };
static const ChildKind cold_kind = { .name = "cold", .code = &cold_code, .seconds = 5, .memory = 1 << 20, .in_max = 10, .out_max = 10 };
static const ChildKind lost_kind = { .name = "lost", .library = "sampan-nothing.so", .seconds = 5, .memory = 1 << 20, .in_max = 10, .out_max = 10 };
static const ChildKind unlisted_kind = { .name = "unlisted", .code = &echoes_code, .seconds = 5, .memory = 1 << 20, .in_max = 10, .out_max = 10 };

const ChildKind *const trial_kinds[] = {
    &echoes_kind, &refuses_kind, &falls_over_kind, &hangs_kind, &spins_kind, &spins_twice_kind, &grows_kind, &writes_much_kind,
    &tries_the_door_kind, &reads_its_folder_kind, &has_threads_kind, &cold_kind, &lost_kind,
};
const int trial_kind_n = COUNT_OF(trial_kinds);

/* ---- how it ends -------------------------------------------------------------------------------------------------- */

static ChildEnd end_of(World *w, const ChildKind *kind)
{
    str got = S("untouched");
    ChildEnd end = child_work(world_arena(w), kind, S("x"), &got);
    if (end != CHILD_DONE) EXPECT_STR(got, S("untouched"));
    return end;
}

TEST(what_a_child_wrote_comes_back_when_it_ended_well_and_only_then)
{
    str got = { 0 };
    EXPECT(child_work(world_arena(w), &echoes_kind, S("hello\0there"), &got) == CHILD_DONE);
    EXPECT_STR(got, S("hello\0there"));
    EXPECT(child_work(world_arena(w), &echoes_kind, S(""), &got) == CHILD_DONE && got.n == 0);
    EXPECT(end_of(w, &refuses_kind) == CHILD_UNREADABLE);
    EXPECT(end_of(w, &has_threads_kind) == CHILD_DONE);
}

TEST(each_way_to_end_badly_has_a_name)
{
    EXPECT(end_of(w, &falls_over_kind) == CHILD_BROKE);
    EXPECT(end_of(w, &hangs_kind) == CHILD_TOO_SLOW);
    EXPECT(end_of(w, &spins_kind) == CHILD_TOO_SLOW);
    EXPECT(end_of(w, &spins_twice_kind) == CHILD_TOO_SLOW);
    EXPECT(end_of(w, &grows_kind) == CHILD_NO_MEMORY);
    EXPECT(end_of(w, &writes_much_kind) == CHILD_TOO_LARGE);
    EXPECT(end_of(w, &cold_kind) == CHILD_AWAY);
    EXPECT(end_of(w, &lost_kind) == CHILD_AWAY);
    EXPECT(end_of(w, &unlisted_kind) == CHILD_AWAY);
}

TEST(what_is_too_large_is_not_even_begun)
{
    str got, large = { NEW(world_arena(w), char, 1 << 21), (1 << 20) + 1 };
    EXPECT(child_work(world_arena(w), &echoes_kind, large, &got) == CHILD_TOO_LARGE);
    large.n--;
    EXPECT(child_work(world_arena(w), &echoes_kind, large, &got) == CHILD_DONE && got.n == large.n);
}

TEST(an_answer_that_the_callers_memory_cannot_hold_is_not_a_fault)
{
    Region small;
    Landing l;
    EXPECT(region_open(&small, 1 << 16));
    Arena keep = region_arena(&small, &l);
    str got, large = { NEW(world_arena(w), char, 1 << 20), 1 << 20 };
    EXPECT(child_work(&keep, &echoes_kind, large, &got) == CHILD_NO_MEMORY);
    region_close(&small);
}

/* ---- what it can reach -------------------------------------------------------------------------------------------- */

TEST(a_child_has_no_network_no_program_no_file_and_nobody_to_signal)
{
    str got = { 0 };
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), ours = fcntl(null, F_DUPFD_CLOEXEC, 10);
    EXPECT(null >= 0 && ours >= 10 && ours < 100);
    char number = (char)ours;
    EXPECT(child_work(world_arena(w), &tries_the_door_kind, (str){ &number, 1 }, &got) == CHILD_DONE);
    EXPECT_STR(got, S(""));
    close(null);
    close(ours);
    EXPECT(end_of(w, &reads_its_folder_kind) == CHILD_DONE);
}

/* ---- many at once ------------------------------------------------------------------------------------------------- */

enum { CALLERS = 16 };
typedef struct Caller { pthread_t thread; Region region; int index; bool fine; } Caller;

static void *call(void *arg)
{
    Caller *c = arg;
    Landing l;
    Arena keep = region_arena(&c->region, &l);
    for (int i = 0; i < 4; i++) {
        str said = str_fmt(&keep, "caller %d, the %d. time", c->index, i), got = { 0 };
        c->fine &= child_work(&keep, &echoes_kind, said, &got) == CHILD_DONE && str_eq(said, got);
    }
    return NULL;
}

TEST(each_of_many_callers_gets_her_own_answer)
{
    static Caller caller[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        caller[i] = (Caller){ .index = i, .fine = true };
        EXPECT(region_open(&caller[i].region, 1 << 20) && pthread_create(&caller[i].thread, NULL, call, &caller[i]) == 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(caller[i].thread, NULL);
        EXPECT(caller[i].fine);
        region_close(&caller[i].region);
    }
}

/* ---- who dies ----------------------------------------------------------------------------------------------------- */

/* A keeper of this test alone. Its server is found by name among the processes whose parent's parent is this one. */
static pid_t child_of(pid_t parent)
{
    char path[64], line[32] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    char *got = fgets(line, sizeof line, f);
    fclose(f);
    return got ? (pid_t)strtol(line, NULL, 10) : 0;
}

static const ChildKind for_an_hour_kind = { .name = "for an hour", .code = &hangs_code, .seconds = 3600,
                                            .memory = 64 << 20, .in_max = 10, .out_max = 10 };
static const ChildKind *const own_kinds[] = { &echoes_kind, &hangs_kind, &for_an_hour_kind };
static const ChildPool own_pool = { .name = "one test", .kinds = own_kinds, .kind_n = COUNT_OF(own_kinds), .user = "", .sandbox = true };

static void own_keeper(World *w)
{
    child_stop();
    EXPECT(child_start(&own_pool));
}

typedef struct Hanging { Region region; ChildEnd end; } Hanging;

static void *hang(void *arg)
{
    Hanging *h = arg;
    Landing l;
    str got;
    Arena keep = region_arena(&h->region, &l);
    h->end = child_work(&keep, &hangs_kind, S("x"), &got);
    return NULL;
}

TEST(a_server_that_was_killed_takes_its_work_with_it_and_the_next_is_done_by_another)
{
    Hanging h = { 0 };
    pthread_t t;
    prctl(PR_SET_CHILD_SUBREAPER, 1);                    /* whoever is left behind can be waited for here */
    own_keeper(w);
    EXPECT(region_open(&h.region, 1 << 16) && end_of(w, &echoes_kind) == CHILD_DONE);
    pid_t keeper = child_of(getpid()), server = child_of(keeper);
    EXPECT(keeper > 0 && server > 0);
    EXPECT(pthread_create(&t, NULL, hang, &h) == 0);
    pid_t child;
    while ((child = child_of(server)) == 0) sched_yield();
    EXPECT(kill(server, SIGKILL) == 0);
    pthread_join(t, NULL);
    EXPECT(h.end == CHILD_AWAY);
    while (waitpid(child, NULL, 0) != child && kill(child, 0) == 0) sched_yield();       /* the test's own end if it goes on */
    EXPECT(end_of(w, &echoes_kind) == CHILD_DONE && child_of(keeper) != server);
    child_stop();
}

TEST(a_child_whose_caller_is_gone_is_stopped)
{
    own_keeper(w);
    EXPECT(end_of(w, &echoes_kind) == CHILD_DONE);
    pid_t server = child_of(child_of(getpid())), caller = fork(), child;
    if (caller == 0) _exit(end_of(w, &for_an_hour_kind) == CHILD_DONE);
    while ((child = child_of(server)) == 0) sched_yield();
    EXPECT(kill(caller, SIGKILL) == 0 && waitpid(caller, NULL, 0) == caller);
    while (child_of(server) == child) sched_yield();     /* the test's own end if it is not */
    EXPECT(end_of(w, &echoes_kind) == CHILD_DONE);
    child_stop();
}

TEST(without_its_keeper_work_is_away_and_the_program_goes_on)
{
    own_keeper(w);
    pid_t keeper = child_of(getpid());
    EXPECT(keeper > 0 && kill(keeper, SIGKILL) == 0 && waitpid(keeper, NULL, 0) == keeper);
    EXPECT(end_of(w, &echoes_kind) == CHILD_AWAY);
    EXPECT(end_of(w, &echoes_kind) == CHILD_AWAY);
    child_stop();
    EXPECT(end_of(w, &echoes_kind) == CHILD_AWAY);
}

TEST(when_the_program_ends_so_do_its_keeper_and_its_server)
{
    own_keeper(w);
    EXPECT(end_of(w, &echoes_kind) == CHILD_DONE);
    pid_t keeper = child_of(getpid());
    child_stop();
    EXPECT(waitpid(keeper, NULL, 0) == keeper);          /* it waits for its server */
}

/* Where the tests run as root, as the program does with SAMPAN_USER; elsewhere the user is not changed. */
TEST(who_became_another_user_still_finds_the_libraries)
{
    static const ChildKind *const kinds[] = { &mail_kind };
    static const ChildPool pool = { .name = "nobody", .kinds = kinds, .kind_n = 1, .user = "nobody", .sandbox = true };
    child_stop();
    EXPECT(child_start(&pool));
    EXPECT(end_of(w, &mail_kind) == CHILD_UNREADABLE);
    child_stop();
}

TEST(numbers_and_texts_that_end_too_early_are_not_taken)
{
    Out o;
    str text = { 0 };
    int64_t number = 0;
    out_init(&o, world_arena(w), 64);
    wire_int(&o, -7);
    wire_str(&o, S("seven"));
    str rest = out_text(&o);
    EXPECT(wire_take_int(&rest, &number) && number == -7 && wire_take_str(&rest, &text) && rest.n == 0);
    EXPECT_STR(text, S("seven"));
    for (ptrdiff_t n = 0; n < o.n; n++) {
        rest = str_slice(out_text(&o), 0, n);
        EXPECT(!wire_take_int(&rest, &number) || !wire_take_str(&rest, &text));
    }
    out_init(&o, world_arena(w), 64);
    wire_int(&o, INT64_MIN);
    rest = out_text(&o);
    EXPECT(!wire_take_str(&rest, &text));
}

TESTS(child, what_a_child_wrote_comes_back_when_it_ended_well_and_only_then, each_way_to_end_badly_has_a_name,
      what_is_too_large_is_not_even_begun, an_answer_that_the_callers_memory_cannot_hold_is_not_a_fault,
      a_child_has_no_network_no_program_no_file_and_nobody_to_signal, each_of_many_callers_gets_her_own_answer,
      a_server_that_was_killed_takes_its_work_with_it_and_the_next_is_done_by_another,
      a_child_whose_caller_is_gone_is_stopped, without_its_keeper_work_is_away_and_the_program_goes_on,
      when_the_program_ends_so_do_its_keeper_and_its_server, who_became_another_user_still_finds_the_libraries, numbers_and_texts_that_end_too_early_are_not_taken)

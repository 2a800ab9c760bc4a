#include "../../tests/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *in_data(World *w, const char *name)
{
    return at(w, "%s/%s", world_folder(w), name);
}

static bool configured(World *w, Config *ret, str *ret_why, int *ret_argc, char **argv)
{
    int argc = 0;
    unsetenv("SAMPAN_TEST_URL");                 /* the tests' own, and no setting of the program's */
    while (argv[argc]) argc++;
    bool ok = os_config(&argc, argv, ret, world_arena(w), ret_why);
    if (ret_argc) *ret_argc = argc;
    return ok;
}
#define ARGV(...) (char *[]){ (char[]){ "sampan" }, __VA_ARGS__, NULL }
#define WORD(text) (char[]){ text }

TEST(a_flag_wins_over_the_environment_and_leaves_the_command_alone)
{
    Config c;
    str why;
    int argc;
    setenv("SAMPAN_LISTEN", "127.0.0.1:1", 1);
    setenv("SAMPAN_THREADS", "3", 1);
    char **argv = ARGV(WORD("serve"), WORD("--listen=[::]:80"), WORD("--sandbox=off"), WORD("--"), WORD("--mine"));
    EXPECT(configured(w, &c, &why, &argc, argv));
    unsetenv("SAMPAN_LISTEN");
    unsetenv("SAMPAN_THREADS");
    EXPECT_STR(str_from(c.listen), S("[::]:80"));
    EXPECT(c.threads == 3 && !c.sandbox);
    EXPECT(argc == 3 && argv[3] == NULL);
    EXPECT_STR(str_from(argv[1]), S("serve"));
    EXPECT_STR(str_from(argv[2]), S("--mine"));
}

TEST(a_misspelt_setting_is_named)
{
    Config c;
    str why;
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("--lisen=x"))));
    EXPECT_STR(why, S("There is no flag --lisen."));
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("--threads=many"))));
    EXPECT_STR(why, S("--threads must be a number from 0 to 256, not \"many\"."));
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("--sandbox=maybe"))));
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("--data"))));
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("--data="))));
    setenv("SAMPAN_LISEN", "x", 1);
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("serve"))));
    unsetenv("SAMPAN_LISEN");
    EXPECT_STR(why, S("There is no setting SAMPAN_LISEN."));
    EXPECT(configured(w, &c, &why, NULL, ARGV(WORD("--help"))));
    EXPECT(!configured(w, &c, &why, NULL, ARGV(WORD("--version"))));
    EXPECT_STR(why, S("There is no flag --version."));
}

TEST(a_file_is_written_whole_and_read_again)
{
    str got;
    const char *path = in_data(w, "os/deep/note");
    EXPECT(os_make_dirs(in_data(w, "os/deep")));
    EXPECT(os_make_dirs(in_data(w, "os/deep")));
    EXPECT(os_write_file(path, S("one")) && os_write_file(path, S("two\0three")));
    EXPECT(os_read_file(world_arena(w), path, 100, &got));
    EXPECT_STR(got, S("two\0three"));
    EXPECT(!os_read_file(world_arena(w), path, 8, &got) && errno == EFBIG);
    EXPECT(!os_read_file(world_arena(w), in_data(w, "os/none"), 8, &got) && errno == ENOENT);
    EXPECT(!os_read_file(world_arena(w), in_data(w, "os"), 8, &got));
    EXPECT(!os_write_file(in_data(w, "os/none/note"), S("x")) && errno == ENOENT);
    EXPECT(!os_make_dirs(at(w, "%s/under", path)) && errno == ENOTDIR);
    const char *empty = in_data(w, "os/deep/empty");
    EXPECT(os_write_file(empty, S("")) && os_read_file(world_arena(w), empty, 0, &got));
    EXPECT(got.n == 0);
}

TEST(a_folder_is_listed_by_name_without_dot_files)
{
    DirEntry *entry;
    ptrdiff_t n;
    EXPECT(os_make_dirs(in_data(w, "list/b")));
    EXPECT(os_write_file(in_data(w, "list/c"), S("")) && os_write_file(in_data(w, "list/a"), S("")));
    EXPECT(os_write_file(in_data(w, "list/.hidden"), S("")));
    EXPECT(os_list(world_arena(w), in_data(w, "list"), &entry, &n));
    EXPECT(n == 3);
    EXPECT_STR(entry[0].name, S("a"));
    EXPECT_STR(entry[1].name, S("b"));
    EXPECT(entry[1].folder && !entry[0].folder && !entry[2].folder);
    EXPECT(!os_list(world_arena(w), in_data(w, "list/none"), &entry, &n));
    int64_t free_bytes, size;
    EXPECT(os_disk(in_data(w, "list"), &free_bytes, &size) && free_bytes > 0 && size > free_bytes);
}

TEST(one_process_holds_a_data_folder)
{
    int fd, other;
    EXPECT(os_lock_file(in_data(w, "held"), &fd));
    EXPECT(!os_lock_file(in_data(w, "held"), &other));
    close(fd);
    EXPECT(os_lock_file(in_data(w, "held"), &other));
    close(other);
}

/* ---- the sandbox, tried in a process of its own ------------------------------------------------------------------ */

static int tries_what_a_sandbox_forbids(const char *data, const char *outside, bool root)
{
    SandboxRules rules = { .data = data, .user = root ? "nobody" : "" };
    Sandbox made = os_sandbox(&rules);
    char path[4096];
    if (!made.user || (root && geteuid() == 0)) return 1;
    snprintf(path, sizeof path, "%s/inside", data);
    if (!os_write_file(path, S("mine"))) return 2;
    snprintf(path, sizeof path, "%s/folder", data);
    if (!os_make_dirs(path)) return 3;
    if (made.landlock && open(outside, O_RDONLY) >= 0) return 4;
    if (made.landlock && open("/etc/hostname", O_RDONLY) >= 0) return 5;
    if (open("/usr/share", O_RDONLY | O_DIRECTORY) < 0 || open("/dev/null", O_RDWR) < 0) return 6;
    if (made.seccomp && (execl("/bin/true", "true", (char *)NULL) >= 0 || errno != EPERM)) return 7;
    if (made.seccomp && (syscall(SYS_unshare, 0) == 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0)) return 8;
    struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return 9;
    if (made.landlock_abi >= 4 && (connect(fd, (struct sockaddr *)&there, sizeof there) == 0 || errno != EACCES)) return 10;
    there.sin_port = 0;
    if (bind(fd, (struct sockaddr *)&there, sizeof there) != 0 || listen(fd, 1) != 0) return 11;
    return 0;
}

/* A place of its own, because "nobody" may not walk through the folders of the test. */
TEST(the_sandbox_leaves_the_data_folder_and_the_port_and_little_else)
{
    char place[] = "/tmp/sampan-sandbox-XXXXXX";
    EXPECT(mkdtemp(place) && chmod(place, 0711) == 0);
    const char *data = at(w, "%s/data", place), *outside = at(w, "%s/outside", place);
    EXPECT(os_make_dirs(data) && os_write_file(outside, S("not yours")) && chmod(outside, 0644) == 0);
    pid_t child = fork();
    if (child == 0) {
        os_log_quiet(true);
        _exit(tries_what_a_sandbox_forbids(data, outside, geteuid() == 0));
    }
    int status = -1;
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT(unlink(outside) == 0 && unlink(at(w, "%s/inside", data)) == 0 && rmdir(at(w, "%s/folder", data)) == 0);
    EXPECT(rmdir(data) == 0 && rmdir(place) == 0);
}

TEST(the_clock_is_now_and_randomness_differs)
{
    char a[16] = { 0 }, b[16] = { 0 };
    os_random(a, sizeof a);
    os_random(b, sizeof b);
    EXPECT(memcmp(a, b, sizeof a) != 0);
    int64_t before = os_ticks();
    EXPECT(os_ticks() >= before);
    EXPECT(os_now() > INT64_C(1735689600000));
}

TESTS(os, a_flag_wins_over_the_environment_and_leaves_the_command_alone, a_misspelt_setting_is_named,
      a_file_is_written_whole_and_read_again, a_folder_is_listed_by_name_without_dot_files, one_process_holds_a_data_folder,
      the_sandbox_leaves_the_data_folder_and_the_port_and_little_else, the_clock_is_now_and_randomness_differs)

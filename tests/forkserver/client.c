/* What `client.py` does, without the start of a Python, which is most of what a call costs: where there is a C compiler it
   stands in its place. What it hands over, and to whom it leaves what the stand-in cannot be, is said there.

   Given to the compiler: SOCKET, PLACE (a file with what `find_place` says of the server), REAL (the words of the real
   program, each with a comma behind it), and SKIP: how many words in front of the arguments name this program. */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const real[] = {REAL NULL};
static const int forwarded[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
static const int signals = sizeof forwarded / sizeof *forwarded;
static volatile pid_t process;

/* Text that grows. */
struct text {
    char *data;
    size_t size, room;
};

static void add(struct text *text, const void *data, size_t size) {
    if (text->size + size > text->room) {
        text->room = 2 * (text->size + size) + 4096;
        text->data = realloc(text->data, text->room);
        if (!text->data) _exit(1);
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static void add_number(struct text *text, uint32_t number) { add(text, &number, sizeof number); }

static void add_word(struct text *text, const char *word) {
    add_number(text, strlen(word));
    add(text, word, strlen(word));
}

/* The file at `path`, up to 64 KiB; -1 where it cannot be read. */
static int read_file(const char *path, struct text *text) {
    char buffer[65536];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t size = read(file, buffer, sizeof buffer);
    close(file);
    if (size < 0) return -1;
    add(text, buffer, size);
    add(text, "", 1);
    return 0;
}

static int add_link(struct text *text, const char *path) {
    char target[4096];
    ssize_t size = readlink(path, target, sizeof target);
    if (size < 0) return -1;
    add(text, target, size);
    add(text, "\n", 1);
    return 0;
}

/* Who this process is, what it may do, and what it sees of the machine. */
static int find_place(struct text *place) {
    static const char *const links[] = {"ns/mnt", "ns/pid", "ns/net", "ns/user", "ns/uts", "root"};
    static const char *const told[] = {"Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp", "TracerPid"};
    char path[64];
    for (size_t n = 0; n < sizeof links / sizeof *links; n++) {
        snprintf(path, sizeof path, "/proc/self/%s", links[n]);
        if (add_link(place, path)) return -1;
    }
    struct text status = {0};
    if (read_file("/proc/self/status", &status)) return -1;
    for (char *line = strtok(status.data, "\n"); line; line = strtok(NULL, "\n"))
        for (size_t n = 0; n < sizeof told / sizeof *told; n++)
            if (!strncmp(line, told[n], strlen(told[n]))) {
                add(place, line, strlen(line));
                add(place, "\n", 1);
            }
    return read_file("/proc/self/limits", place);
}

static int is_ignored(int number) {
    struct sigaction action;
    return !sigaction(number, NULL, &action) && action.sa_handler == SIG_IGN;
}

static int is_on_terminal(void) {
    struct text stat = {0};
    if (read_file("/proc/self/stat", &stat)) return -1;
    char *behind = strrchr(stat.data, ')');
    int terminal = 0;
    if (!behind || sscanf(behind + 1, " %*c %*d %*d %*d %d", &terminal) != 1) return -1;
    const char *unattended = getenv("TESTS_UNATTENDED");
    return terminal != 0 && !(unattended && *unattended && !is_ignored(SIGINT));
}

/* Whether the stand-in does what the real program would. */
static int is_ours(int count, char **words) {
    for (char **each = environ; *each; each++) {
        if (!strncmp(*each, "PYTHON", 6) && strncmp(*each, "PYTHON_KEYRING_BACKEND=", 23)) return 0;
        if (!strncmp(*each, "LD_PRELOAD=", 11) || !strncmp(*each, "LISTEN_FDS=", 11)) return 0;
    }
    const char *locale = getenv("LC_ALL");
    if (!locale || strcmp(locale, "C.UTF-8")) return 0;
    for (int n = 0; n < count; n++)
        if (!strcmp(words[n], "exec") || !strcmp(words[n], "demo")) return 0;
    struct text place = {0}, servers = {0};
    if (find_place(&place) || read_file(PLACE, &servers)) return 0;
    servers.size--; /* the NUL that was put behind what was read */
    if (place.size != servers.size || memcmp(place.data, servers.data, place.size)) return 0;
    int on_terminal = is_on_terminal();
    if (on_terminal < 0) return 0;
    /* What asks at a prompt asks no person. */
    int asks_nobody = 0;
    if (count && !strcmp(words[0], "complete")) asks_nobody = 99;
    if (count && !strcmp(words[0], "hook")) asks_nobody = 2;
    if (count && !strcmp(words[0], "hook-env")) asks_nobody = 3;
    return count <= asks_nobody || !on_terminal;
}

/* The connection over which everything went; -1 where nobody listens. */
static int hand_over(int count, char **words) {
    int handed[253], many = 1;
    DIR *listing = opendir("/proc/self/fd");
    if (!listing) return -1;
    for (struct dirent *each; (each = readdir(listing));) {
        if (each->d_name[0] == '.' || atoi(each->d_name) == dirfd(listing)) continue;
        if (many == 253) return -1;
        handed[many++] = atoi(each->d_name);
    }
    closedir(listing);
    handed[0] = open(".", O_PATH | O_CLOEXEC);
    if (handed[0] < 0) return -1;
    mode_t mask = umask(077);
    umask(mask);

    struct text told = {0};
    add_number(&told, count + 1);
    add_word(&told, real[sizeof real / sizeof *real - 2]);
    for (int n = 0; n < count; n++) add_word(&told, words[n]);
    uint32_t variables = 0;
    while (environ[variables]) variables++;
    add_number(&told, variables);
    for (uint32_t n = 0; n < variables; n++) add_word(&told, environ[n]);
    add_number(&told, mask);
    add_number(&told, getppid());
    uint32_t ignored = 0;
    for (int n = 0; n < signals; n++) ignored += is_ignored(forwarded[n]);
    add_number(&told, ignored);
    for (int n = 0; n < signals; n++)
        if (is_ignored(forwarded[n])) add_number(&told, forwarded[n]);
    add_number(&told, many - 1);
    for (int n = 1; n < many; n++) add_number(&told, handed[n]);

    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address)) {
        close(handed[0]);
        if (connection >= 0) close(connection);
        return -1;
    }
    uint32_t size = told.size;
    struct iovec head = {&size, sizeof size};
    char rights[CMSG_SPACE(sizeof handed)];
    memset(rights, 0, sizeof rights);
    struct msghdr message = {.msg_iov = &head, .msg_iovlen = 1, .msg_control = rights, .msg_controllen = CMSG_SPACE(many * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(many * sizeof(int));
    memcpy(CMSG_DATA(header), handed, many * sizeof(int));
    if (sendmsg(connection, &message, 0) != sizeof size) _exit(1);
    for (size_t sent = 0; sent < told.size;) {
        ssize_t more = write(connection, told.data + sent, told.size - sent);
        if (more < 0) _exit(1);
        sent += more;
    }
    return connection;
}

static void forward(int number) {
    int before = errno;
    if (number == SIGINT || number == SIGQUIT)
        killpg(process, number);
    else
        kill(process, number);
    errno = before;
}

/* The next number that is told; 9, as of one that was killed, where nobody is there any more. */
static uint32_t hear(int connection) {
    uint32_t number = 0;
    char *into = (char *)&number;
    for (size_t had = 0; had < sizeof number;) {
        ssize_t more = recv(connection, into + had, sizeof number - had, 0);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) return 9;
        had += more;
    }
    return number;
}

int main(int count, char **words) {
    if (count == 2 && !strcmp(words[1], "--place-of-the-server")) {
        struct text place = {0};
        if (find_place(&place)) return 1;
        return fwrite(place.data, 1, place.size, stdout) != place.size;
    }
    count -= SKIP;
    words += SKIP;
    sigset_t all;
    sigemptyset(&all);
    for (int n = 0; n < signals; n++) sigaddset(&all, forwarded[n]);
    int connection = -1;
    if (is_ours(count, words)) {
        /* Nothing is lost between the handing over and the first signal that can be passed on. */
        sigprocmask(SIG_BLOCK, &all, NULL);
        connection = hand_over(count, words);
    }
    if (connection < 0) {
        sigprocmask(SIG_UNBLOCK, &all, NULL);
        size_t known = sizeof real / sizeof *real - 1;
        char **other = calloc(known + count + 1, sizeof *other);
        memcpy(other, real, known * sizeof *other);
        memcpy(other + known, words, count * sizeof *other);
        execv(other[0], other);
        return 127;
    }
    process = hear(connection);
    for (int n = 0; n < signals; n++)
        if (!is_ignored(forwarded[n])) {
            struct sigaction action = {.sa_handler = forward};
            sigaction(forwarded[n], &action, NULL);
        }
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    int status = hear(connection);
    if (WIFSIGNALED(status)) {
        if (WTERMSIG(status) != SIGKILL) signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

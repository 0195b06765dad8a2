// The journal, the graves and the control page.
#define _GNU_SOURCE
#include "faultydisk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// A healthy disk, for a process that is not watched.
static struct control unwatched;
struct control *control = &unwatched;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool active;
static char root[PATH_MAX], state[PATH_MAX];
static size_t root_length;
static int journal = -1;
static uint64_t journal_number, journal_offset;

struct grave {
    uint64_t sequence, directory;
};
static struct grave *graves;
static size_t grave_count, grave_capacity;

// Straight to the kernel: the wrappers of this library must not meet themselves.
static int raw_open(const char *path, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

void give_up(const char *what) {
    dprintf(2, "faultydisk: %s: %s\n", what, strerror(errno));
    _exit(99);
}

void *real_function(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) give_up(name);
    return found;
}

static void map_control(void) {
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/control", state);
    int file = raw_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || syscall(SYS_ftruncate, file, 4096) != 0) give_up(path);
    void *page = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) give_up("mmap");
    control = page;
    syscall(SYS_close, file);
}

static void open_journal(void) {
    char path[PATH_MAX + 32];
    do {
        snprintf(path, sizeof path, "%s/journal.%06llu", state, (unsigned long long)++journal_number);
        journal = raw_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    } while (journal < 0 && errno == EEXIST);
    if (journal < 0) give_up(path);
}

static void start(void) {
    const char *watched = getenv("FAULTYDISK_ROOT"), *kept = getenv("FAULTYDISK_STATE");
    if (!watched || !kept) return;
    if (snprintf(root, sizeof root, "%s", watched) >= (int)sizeof root) give_up("FAULTYDISK_ROOT");
    if (snprintf(state, sizeof state, "%s", kept) >= (int)sizeof state) give_up("FAULTYDISK_STATE");
    root_length = strlen(root);
    char grave[PATH_MAX + 16];
    snprintf(grave, sizeof grave, "%s/grave", state);
    if (syscall(SYS_mkdir, grave, 0700) != 0 && errno != EEXIST) give_up(grave);
    map_control();
    open_journal();
    active = true;
}

bool is_active(void) {
    pthread_once(&once, start);
    return active;
}

bool is_watched(const char *path) {
    if (strncmp(path, root, root_length) != 0) return false;
    if (path[root_length] != '/' && path[root_length] != 0) return false;
    const char *name = strrchr(path, '/');
    return !name || strncmp(name, "/LOG", 4) != 0;
}

bool is_watched_name(const char *path) { return is_watched(path) && path[root_length] == '/'; }

void journal_lock(void) { pthread_mutex_lock(&mutex); }
void journal_unlock(void) { pthread_mutex_unlock(&mutex); }

uint64_t journal_next(void) { return journal_number << 40 | journal_offset; }

void journal_append(enum kind kind, uint64_t inode, uint64_t a, uint64_t b, uint64_t c, const void *bytes,
                    size_t length, const void *more, size_t more_length) {
    struct record record = {
        .length = (uint32_t)(sizeof(struct record) + length + more_length),
        .kind = kind, .inode = inode, .a = a, .b = b, .c = c,
    };
    struct iovec parts[3] = {
        {&record, sizeof record}, {(void *)bytes, length}, {(void *)more, more_length},
    };
    if (syscall(SYS_writev, journal, parts, 3) != (ssize_t)record.length) give_up("the journal");
    journal_offset += record.length;
}

static void grave_path(char *path, size_t size, uint64_t sequence) {
    snprintf(path, size, "%s/grave/%016llx", state, (unsigned long long)sequence);
}

void grave_dig(const char *path, uint64_t directory) {
    char grave[PATH_MAX + 32];
    grave_path(grave, sizeof grave, journal_next());
    syscall(SYS_unlink, grave);
    if (syscall(SYS_link, path, grave) != 0) give_up(grave);
    if (grave_count == grave_capacity) {
        grave_capacity = grave_capacity ? grave_capacity * 2 : 64;
        graves = realloc(graves, grave_capacity * sizeof *graves);
        if (!graves) give_up("graves");
    }
    graves[grave_count++] = (struct grave){journal_next(), directory};
}

void grave_clear(uint64_t directory, uint64_t sequence) {
    size_t left = 0;
    for (size_t index = 0; index < grave_count; index++) {
        struct grave grave = graves[index];
        if (grave.directory == directory && grave.sequence < sequence) {
            char path[PATH_MAX + 32];
            grave_path(path, sizeof path, grave.sequence);
            syscall(SYS_unlink, path);
        } else {
            graves[left++] = grave;
        }
    }
    grave_count = left;
}

// What changes directories.
#define _GNU_SOURCE
#include "faultydisk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A name in a directory.
struct entry {
    // Absolute and canonical but for its last part, which may be missing or a link.
    char path[PATH_MAX];
    uint64_t directory;
    // Zero when nothing has the name.
    uint64_t inode;
    bool is_directory;
};

// Looks a name up; false when it is not watched.
static bool look_up(const char *name, struct entry *entry) {
    char parent[PATH_MAX], resolved[PATH_MAX];
    if (snprintf(parent, sizeof parent, "%s", name) >= (int)sizeof parent) return false;
    size_t length = strlen(parent);
    while (length > 1 && parent[length - 1] == '/') parent[--length] = 0;
    char *slash = strrchr(parent, '/');
    const char *last = slash ? slash + 1 : parent;
    char base[NAME_MAX + 1];
    if (snprintf(base, sizeof base, "%s", last) >= (int)sizeof base) return false;
    if (slash) *(slash == parent ? slash + 1 : slash) = 0;
    if (!realpath(slash ? parent : ".", resolved)) return false;
    if (snprintf(entry->path, sizeof entry->path, "%s/%s", resolved, base) >= (int)sizeof entry->path) return false;
    struct stat status;
    if (!is_watched_name(entry->path) || stat(resolved, &status) != 0) return false;
    entry->directory = status.st_ino;
    bool exists = lstat(entry->path, &status) == 0;
    entry->inode = exists ? status.st_ino : 0;
    entry->is_directory = exists && S_ISDIR(status.st_mode);
    return true;
}

static void record(enum kind kind, const struct entry *entry) {
    journal_append(kind, entry->inode, entry->directory, 0, 0, entry->path, strlen(entry->path), NULL, 0);
}

// Record and call are one step for everybody else.
static int finish(int result) {
    int code = errno;
    journal_unlock();
    errno = code;
    return result;
}

int unlink(const char *path) {
    if (!is_active()) return (int)syscall(SYS_unlink, path);
    journal_lock();
    struct entry entry;
    if (look_up(path, &entry) && entry.inode && !entry.is_directory) {
        grave_dig(entry.path, entry.directory);
        record(KIND_UNLINK, &entry);
    }
    return finish((int)syscall(SYS_unlink, path));
}

int rmdir(const char *path) {
    if (!is_active()) return (int)syscall(SYS_rmdir, path);
    journal_lock();
    struct entry entry;
    bool known = look_up(path, &entry) && entry.is_directory;
    int result = (int)syscall(SYS_rmdir, path), code = errno;
    // After the call: it fails for a directory that is not empty, and undoing it then would be wrong.
    if (result == 0 && known) record(KIND_REMOVE_DIR, &entry);
    errno = code;
    return finish(result);
}

int unlinkat(int directory, const char *path, int flags) {
    // Relative names are not followed: nobody here removes files that way.
    if (directory != AT_FDCWD && path[0] != '/') return (int)syscall(SYS_unlinkat, directory, path, flags);
    return flags & AT_REMOVEDIR ? rmdir(path) : unlink(path);
}

int mkdir(const char *path, mode_t mode) {
    if (!is_active()) return (int)syscall(SYS_mkdir, path, mode);
    journal_lock();
    int result = (int)syscall(SYS_mkdir, path, mode), code = errno;
    struct entry entry;
    if (result == 0 && look_up(path, &entry)) record(KIND_MAKE_DIR, &entry);
    errno = code;
    return finish(result);
}

int link(const char *from, const char *to) {
    if (!is_active()) return (int)syscall(SYS_link, from, to);
    journal_lock();
    int result = (int)syscall(SYS_link, from, to), code = errno;
    struct entry entry;
    if (result == 0 && look_up(to, &entry)) record(KIND_LINK, &entry);
    errno = code;
    return finish(result);
}

int rename(const char *from, const char *to) {
    if (!is_active()) return (int)syscall(SYS_rename, from, to);
    journal_lock();
    struct entry source, target;
    if (look_up(from, &source) && look_up(to, &target) && source.inode && source.inode != target.inode) {
        bool replaces = target.inode && !target.is_directory;
        if (replaces) grave_dig(target.path, target.directory);
        journal_append(KIND_RENAME, source.inode, target.directory, replaces, 0, source.path,
                       strlen(source.path) + 1, target.path, strlen(target.path));
    }
    return finish((int)syscall(SYS_rename, from, to));
}

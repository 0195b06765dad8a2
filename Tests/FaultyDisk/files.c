// What changes the content of files, and what makes it durable.
#define _GNU_SOURCE
#include "faultydisk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// What is known of a descriptor that may write to a watched file.
struct open_file {
    _Atomic bool watched;
    bool appends;
    // The same file for reading: what is about to be overwritten has to be read first.
    int reader;
    uint64_t inode;
};

enum { DESCRIPTORS_MAX = 1 << 16 };
static struct open_file files[DESCRIPTORS_MAX];

static struct open_file *watched(int file) {
    return file >= 0 && file < DESCRIPTORS_MAX && files[file].watched ? &files[file] : NULL;
}

static bool path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return false;
    path[length] = 0;
    return true;
}

static uint64_t size_of(int file) {
    struct stat status;
    if (fstat(file, &status) != 0) give_up("fstat");
    return (uint64_t)status.st_size;
}

static uint64_t parent_inode(const char *path) {
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    struct stat status;
    if (!slash || slash == parent) return 0;
    *slash = 0;
    return stat(parent, &status) == 0 ? status.st_ino : 0;
}

// The file's bytes from `offset`, at most `length`, in a buffer to free; `length` becomes what there is.
static void *bytes_at(int reader, uint64_t offset, uint64_t *length, uint64_t size) {
    *length = offset < size ? (size - offset < *length ? size - offset : *length) : 0;
    if (*length == 0) return NULL;
    char *bytes = malloc(*length);
    if (!bytes) give_up("memory");
    for (uint64_t done = 0; done < *length;) {
        ssize_t count = pread(reader, bytes + done, *length - done, (off_t)(offset + done));
        if (count <= 0) give_up("reading what is overwritten");
        done += (uint64_t)count;
    }
    return bytes;
}

static void record_write(struct open_file *file, uint64_t offset, uint64_t length) {
    uint64_t size = size_of(file->reader), old = length;
    void *bytes = bytes_at(file->reader, offset, &old, size);
    journal_append(KIND_WRITE, file->inode, offset, length, size, bytes, old, NULL, 0);
    free(bytes);
}

static void record_resize(struct open_file *file, uint64_t after) {
    uint64_t size = size_of(file->reader), old = size > after ? size - after : 0;
    if (size == after) return;
    void *bytes = bytes_at(file->reader, after, &old, size);
    journal_append(KIND_RESIZE, file->inode, after, 0, size, bytes, old, NULL, 0);
    free(bytes);
}

// ---- Opening

// Before a file is cut to nothing by being opened.
static void record_cut(const char *path) {
    int reader = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (reader < 0) return;
    char found[PATH_MAX];
    struct stat status;
    if (fstat(reader, &status) == 0 && S_ISREG(status.st_mode) && path_of(reader, found) && is_watched(found)) {
        struct open_file file = {.reader = reader, .inode = status.st_ino};
        record_resize(&file, 0);
    }
    syscall(SYS_close, reader);
}

static void watch(int file, int flags, bool is_new) {
    char path[PATH_MAX];
    struct stat status;
    if (file >= DESCRIPTORS_MAX) give_up("too many descriptors");
    if (!path_of(file, path) || !is_watched(path)) return;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
    if (is_new) {
        journal_append(KIND_CREATE, status.st_ino, parent_inode(path), 0, 0, path, strlen(path), NULL, 0);
    }
    // Only these can write: RocksDB closes descriptors that read by way of stdio, which is not seen here.
    if ((flags & O_ACCMODE) == O_RDONLY) return;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int reader = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
    if (reader < 0) give_up("reopening a file");
    files[file].reader = reader;
    files[file].inode = status.st_ino;
    files[file].appends = flags & O_APPEND;
    files[file].watched = true;
}

static int open_watched(int directory, const char *path, int flags, mode_t mode) {
    if (!is_active() || (flags & O_PATH) || !(flags & (O_ACCMODE | O_CREAT | O_TRUNC))) {
        return (int)syscall(SYS_openat, directory, path, flags, mode);
    }
    journal_lock();
    struct stat status;
    bool is_new = (flags & O_CREAT) && fstatat(directory, path, &status, 0) != 0;
    // Relative to another directory than the current one: nobody here does that with O_TRUNC.
    if ((flags & O_TRUNC) && !is_new && (directory == AT_FDCWD || path[0] == '/')) record_cut(path);
    int file = (int)syscall(SYS_openat, directory, path, flags, mode);
    int code = errno;
    if (file >= 0) watch(file, flags, is_new);
    journal_unlock();
    errno = code;
    return file;
}

static mode_t mode_argument(int flags, va_list list) {
    return (flags & (O_CREAT | O_TMPFILE)) ? (mode_t)va_arg(list, int) : 0;
}

#define OPEN(name)                                            \
    int name(const char *path, int flags, ...) {              \
        va_list list;                                         \
        va_start(list, flags);                                \
        mode_t mode = mode_argument(flags, list);             \
        va_end(list);                                         \
        return open_watched(AT_FDCWD, path, flags, mode);     \
    }
#define OPENAT(name)                                          \
    int name(int directory, const char *path, int flags, ...) { \
        va_list list;                                         \
        va_start(list, flags);                                \
        mode_t mode = mode_argument(flags, list);             \
        va_end(list);                                         \
        return open_watched(directory, path, flags, mode);    \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) {
    return open_watched(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int file) {
    struct open_file *known = watched(file);
    if (known) {
        known->watched = false;
        syscall(SYS_close, known->reader);
    }
    return (int)syscall(SYS_close, file);
}

// ---- Writing

// Whether this write is the one that has to fail.
static bool must_fail(_Atomic int64_t *countdown) {
    int64_t left = *countdown;
    while (left > 0) {
        if (atomic_compare_exchange_weak(countdown, &left, left - 1)) return left == 1;
    }
    return false;
}

// Record and call are one step for everybody else, so that the order of the records is the order of the calls.
#define WRITING(file, offset, length, call)                              \
    struct open_file *known = watched(file);                             \
    if (!known) return call;                                             \
    if (must_fail(&control->fail_write_in)) {                            \
        errno = EIO;                                                     \
        return -1;                                                       \
    }                                                                    \
    control->write_count++;                                              \
    journal_lock();                                                      \
    record_write(known, (uint64_t)(offset), (uint64_t)(length));         \
    ssize_t result = call;                                               \
    int code = errno;                                                    \
    journal_unlock();                                                    \
    errno = code;                                                        \
    return result

static off_t place(int file) {
    return watched(file)->appends ? (off_t)size_of(file) : lseek(file, 0, SEEK_CUR);
}

static size_t total(const struct iovec *parts, int count) {
    size_t sum = 0;
    for (int index = 0; index < count; index++) sum += parts[index].iov_len;
    return sum;
}

ssize_t write(int file, const void *bytes, size_t length) {
    WRITING(file, place(file), length, syscall(SYS_write, file, bytes, length));
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    WRITING(file, offset, length, syscall(SYS_pwrite64, file, bytes, length, offset));
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) {
    return pwrite(file, bytes, length, offset);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    WRITING(file, place(file), total(parts, count), syscall(SYS_writev, file, parts, count));
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    WRITING(file, offset, total(parts, count), syscall(SYS_pwritev, file, parts, count, offset, 0));
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t offset) {
    return pwritev(file, parts, count, offset);
}

#define RESIZING(file, after, call)              \
    struct open_file *known = watched(file);     \
    if (!known) return call;                     \
    journal_lock();                              \
    record_resize(known, after);                 \
    int result = (int)call;                      \
    int code = errno;                            \
    journal_unlock();                            \
    errno = code;                                \
    return result

int ftruncate(int file, off_t length) {
    RESIZING(file, (uint64_t)length, (int)syscall(SYS_ftruncate, file, length));
}
int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

static uint64_t grown(int file, uint64_t end) {
    uint64_t size = size_of(file);
    return end > size ? end : size;
}

int fallocate(int file, int mode, off_t offset, off_t length) {
    // Room beyond the end is no content.
    if (mode & FALLOC_FL_KEEP_SIZE) return (int)syscall(SYS_fallocate, file, mode, offset, length);
    RESIZING(file, grown(file, (uint64_t)(offset + length)), (int)syscall(SYS_fallocate, file, mode, offset, length));
}
int fallocate64(int file, int mode, off_t offset, off_t length) { return fallocate(file, mode, offset, length); }
int posix_fallocate(int file, off_t offset, off_t length) {
    int before = errno, code = fallocate(file, 0, offset, length) == 0 ? 0 : errno;
    errno = before;
    return code;
}
int posix_fallocate64(int file, off_t offset, off_t length) { return posix_fallocate(file, offset, length); }

void *mmap(void *at, size_t length, int protection, int flags, int file, off_t offset) {
    if (watched(file) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) {
        errno = EACCES;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, length, protection, flags, file, offset);
}
void *mmap64(void *at, size_t length, int protection, int flags, int file, off_t offset) {
    return mmap(at, length, protection, flags, file, offset);
}

// ---- Making durable

// The inode behind a descriptor if its path is watched, else 0; directories and read-only descriptors too.
static uint64_t synced_inode(int file) {
    struct open_file *known = watched(file);
    if (known) return known->inode;
    char path[PATH_MAX];
    struct stat status;
    if (!is_active() || !path_of(file, path) || !is_watched(path) || fstat(file, &status) != 0) return 0;
    return status.st_ino;
}

static int sync_file(int file, long call) {
    uint64_t inode = synced_inode(file);
    if (inode == 0) return (int)syscall(call, file);
    control->sync_count++;
    if (control->sync_delay > 0) usleep((useconds_t)control->sync_delay);
    journal_lock();
    uint64_t before = journal_next();
    journal_unlock();
    // The lock is not held: others write meanwhile, and what they write is not part of this sync.
    bool fails = must_fail(&control->fail_sync_in);
    int result = fails ? -1 : (int)syscall(call, file), code = fails ? EIO : errno;
    journal_lock();
    journal_append(result == 0 ? KIND_SYNC : KIND_SYNC_FAILED, inode, before, 0, 0, NULL, 0, NULL, 0);
    if (result == 0) grave_clear(inode, before);
    journal_unlock();
    if (fails) control->sync_failures++;
    errno = code;
    return result;
}

int fsync(int file) { return sync_file(file, SYS_fsync); }
int fdatasync(int file) { return sync_file(file, SYS_fdatasync); }
// Starts writing out; promises nothing.
int sync_file_range(int file, off_t offset, off_t length, unsigned int flags) {
    return (int)syscall(SYS_sync_file_range, file, offset, length, flags);
}

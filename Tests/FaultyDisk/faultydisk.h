// A disk that forgets: a library to preload (LD_PRELOAD) into a process whose files under one directory are then
// journalled, so that a program which reads the journal can take back what a power loss would have taken.
//
//   FAULTYDISK_ROOT   the directory whose files are watched
//   FAULTYDISK_STATE  a directory outside of it, on the same file system:
//     journal.NNNNNN  one per life of the process: what can be undone, and what was synced
//     grave/SEQUENCE  hard links to files that were unlinked or replaced by the record with that sequence
//     control         the control page, below; the tester writes there while the process runs
//
// Nothing is held back: every call reaches the real files at once, after its record. A record is therefore an undo
// record, and one whose call never happened (the process was killed between the two) undoes nothing.
//
// Not seen, because the C library calls itself there: stdio. RocksDB's own text log (`LOG*`) is written that way, and
// files of that name are left alone. Writable shared mappings are refused, direct and synchronous files are not known.
#ifndef FAULTYDISK_H
#define FAULTYDISK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// ---- The journal: little-endian, as the machine has it. The sequence of a record is the number of its journal
// (upper 24 bits) and its offset there (lower 40). What is last may be cut short: its call did not happen.
//
//   record  := length:u32 kind:u32 inode:u64 a:u64 b:u64 c:u64 bytes      length counts all of it
//
//   kind          inode          a              b             c              bytes
//   1 write       the file       offset         length        size before    what was overwritten
//   2 resize      the file       size after     0             size before    what was cut off
//   3 sync        file or dir    what came before this sequence is durable
//   4 syncFailed  file or dir    what came before this sequence and is not durable never will be
//   5 create      the file       directory                                   path
//   6 unlink      the file       directory                                   path; the file is in the grave
//   7 rename      the file       directory      1: a file was replaced,      from NUL to
//                                               it is in the grave
//   8 link        the file       directory                                   path of the new name
//   9 makeDir     the directory  its parent                                  path
//  10 removeDir   the directory  its parent                                  path
enum kind {
    KIND_WRITE = 1, KIND_RESIZE, KIND_SYNC, KIND_SYNC_FAILED, KIND_CREATE, KIND_UNLINK, KIND_RENAME, KIND_LINK,
    KIND_MAKE_DIR, KIND_REMOVE_DIR,
};

struct record {
    uint32_t length;
    uint32_t kind;
    uint64_t inode, a, b, c;
};

// ---- The control page: 64-bit integers in this order; zero is a healthy disk.
struct control {
    _Atomic int64_t fail_sync_in;    // the n-th sync from now fails with EIO, once; 0: none
    _Atomic int64_t sync_delay;      // added to every sync, microseconds
    _Atomic int64_t wall_offset;     // added to CLOCK_REALTIME, nanoseconds
    _Atomic int64_t fail_write_in;   // the n-th write from now fails with EIO, once; 0: none
    _Atomic int64_t sync_count;      // syncs asked for, ever
    _Atomic int64_t sync_failures;   // of these, how many were made to fail
    _Atomic int64_t write_count;     // writes, ever
};

extern struct control *control;

// ---- journal.c
void journal_lock(void);
void journal_unlock(void);
// Sequence of the next record. Locked.
uint64_t journal_next(void);
// Appends a record; the bytes come in two pieces. Locked.
void journal_append(enum kind kind, uint64_t inode, uint64_t a, uint64_t b, uint64_t c, const void *bytes,
                    size_t length, const void *more, size_t more_length);
// Keeps the file at `path` reachable under the sequence of the next record. Locked.
void grave_dig(const char *path, uint64_t directory);
// The directory's entries before `sequence` are durable: their graves are not needed any more. Locked.
void grave_clear(uint64_t directory, uint64_t sequence);
// Whether a path (absolute and canonical) is watched: the root or something in it.
bool is_watched(const char *path);
// The same without the root itself: its own name belongs to a directory that nobody watches.
bool is_watched_name(const char *path);
// Starts the journal on the first call; false when this process is not to be watched.
bool is_active(void);
// What stands in the way of an honest journal ends the process: a test must not go on without one.
void give_up(const char *what);

// The next definition of a function: the C library's.
void *real_function(const char *name);
#define REAL(name) ((__typeof__(&name))real_function(#name))

#endif

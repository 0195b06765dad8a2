// Does to files what its arguments say, one call after the other, and ends without closing anything:
//   create FILE TEXT      open, cut to nothing, write        write FILE OFFSET TEXT
//   append FILE TEXT      truncate FILE SIZE                  sync PATH (file or directory)
//   rename FROM TO        link FROM TO                        unlink PATH
//   mkdir PATH            rmdir PATH
//   map FILE              a writable shared mapping           clock      prints the wall clock's seconds
// A call that fails is said on standard output, with its errno, and the next one follows.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char **next;

static const char *argument(void) {
    if (!*next) exit(64);
    return *next++;
}

static int run(const char *verb) {
    const char *path = strcmp(verb, "clock") == 0 ? "" : argument();
    if (strcmp(verb, "create") == 0) {
        int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const char *text = argument();
        return file < 0 || write(file, text, strlen(text)) < 0;
    }
    if (strcmp(verb, "append") == 0) {
        int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        const char *text = argument();
        return file < 0 || write(file, text, strlen(text)) < 0;
    }
    if (strcmp(verb, "write") == 0) {
        int file = open(path, O_WRONLY | O_CREAT, 0600);
        long offset = atol(argument());
        const char *text = argument();
        return file < 0 || pwrite(file, text, strlen(text), offset) < 0;
    }
    if (strcmp(verb, "truncate") == 0) return ftruncate(open(path, O_WRONLY), atol(argument()));
    if (strcmp(verb, "sync") == 0) return fsync(open(path, O_RDONLY));
    if (strcmp(verb, "rename") == 0) return rename(path, argument());
    if (strcmp(verb, "link") == 0) return link(path, argument());
    if (strcmp(verb, "unlink") == 0) return unlink(path);
    if (strcmp(verb, "mkdir") == 0) return mkdir(path, 0700);
    if (strcmp(verb, "rmdir") == 0) return rmdir(path);
    if (strcmp(verb, "map") == 0) {
        return mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, open(path, O_RDWR), 0) == MAP_FAILED;
    }
    if (strcmp(verb, "clock") == 0) return printf("%lld\n", (long long)time(NULL)) < 0;
    exit(64);
}

int main(int count, char **arguments) {
    (void)count;
    next = arguments + 1;
    while (*next) {
        const char *verb = argument();
        if (run(verb) != 0) printf("%s: %d\n", verb, errno);
    }
    fflush(stdout);
    _exit(0);
}

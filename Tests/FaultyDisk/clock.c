// A wall clock that jumps. Steady clocks go on as they are.
#define _GNU_SOURCE
#include "faultydisk.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;

int clock_gettime(clockid_t clock, struct timespec *time) {
    // The C library's own reads the time without a system call.
    static __typeof__(&clock_gettime) real;
    if (!real) real = REAL(clock_gettime);
    int result = real(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && control->wall_offset != 0) {
        int64_t moved = time->tv_sec * second + time->tv_nsec + control->wall_offset;
        // Rounded down, before 1970 too.
        time->tv_nsec = (moved % second + second) % second;
        time->tv_sec = (moved - time->tv_nsec) / second;
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

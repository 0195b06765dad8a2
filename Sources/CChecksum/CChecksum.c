#include "CChecksum.h"

#include <string.h>

// Swift has no way to say "this instruction": so these few lines are C. Each function is compiled for processors that
// have it, and called only on those; the rest of the program is compiled for all.

#if defined(__x86_64__)

#include <nmmintrin.h>

#define HAS_CRC32C __attribute__((target("sse4.2")))
#define CRC32C_8(crc, word) ((uint32_t)_mm_crc32_u64((crc), (word)))
#define CRC32C_1(crc, byte) _mm_crc32_u8((crc), (byte))

bool dshard_crc32c_has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__aarch64__) && defined(__linux__)

#include <arm_acle.h>
#include <sys/auxv.h>

#define HAS_CRC32C __attribute__((target("crc")))
#define CRC32C_8(crc, word) __crc32cd((crc), (word))
#define CRC32C_1(crc, byte) __crc32cb((crc), (byte))

bool dshard_crc32c_has_instruction(void) { return (getauxval(AT_HWCAP) & (1 << 7)) != 0; }

#else

#define HAS_CRC32C
#define CRC32C_8(crc, word) ((void)(word), (crc))
#define CRC32C_1(crc, byte) ((void)(byte), (crc))

bool dshard_crc32c_has_instruction(void) { return false; }

#endif

HAS_CRC32C uint32_t dshard_crc32c_update(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = CRC32C_8(crc, word);
    }
    for (; count > 0; count--, next++) crc = CRC32C_1(crc, *next);
    return crc;
}

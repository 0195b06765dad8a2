#ifndef DSHARD_CCHECKSUM_H
#define DSHARD_CCHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has an instruction for CRC32C.
bool dshard_crc32c_has_instruction(void);

/// The running remainder `crc` (inverted, as between steps) after `count` more bytes. Only where the processor has
/// the instruction.
uint32_t dshard_crc32c_update(uint32_t crc, const void *bytes, size_t count);

#endif

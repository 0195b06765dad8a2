// The C API of Debian's librocksdb (7.8), nothing else.
#include <rocksdb/c.h>

import Testing

/// Tests with real processes, real disks and real signals. One after the other: each needs the machine for itself.
@Suite("processes", .serialized, .timeLimit(.minutes(3)))
enum ProcessTests {}

import Glibc
import NIOCore

/// The target that the environment variable FUZZ_TARGET names.
private let target: FuzzTarget = {
    guard let name = environment("FUZZ_TARGET"), let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        fatalError("FUZZ_TARGET names no target: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    }
    return target
}()

/// Called once by libFuzzer. With FUZZ_LIST the names of all targets are printed, with FUZZ_WRITE_SEEDS the seeds of
/// all targets are written into that folder; the process ends then.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
    if environment("FUZZ_LIST") != nil {
        for target in FuzzTarget.all { print(target.name) }
        exit(0)
    }
    if let folder = environment("FUZZ_WRITE_SEEDS") {
        for target in FuzzTarget.all { target.writeSeeds(to: folder) }
        exit(0)
    }
    return 0
}

/// Called by libFuzzer with each input. A trap is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    var buffer = ByteBuffer()
    // Not at the buffer's start and not at its end: whoever takes an index for an offset, or reads too far, shows.
    buffer.writeRepeatingByte(0xA5, count: 3)
    unsafe buffer.writeBytes(input)
    buffer.writeRepeatingByte(0x5A, count: 3)
    buffer.moveReaderIndex(forwardBy: 3)
    buffer.moveWriterIndex(to: buffer.writerIndex - 3)
    target.run(buffer)
    return 0
}

func environment(_ name: String) -> String? {
    // Safe because the value is copied at once and nothing here changes the environment.
    unsafe getenv(name).map { unsafe String(cString: $0) }
}

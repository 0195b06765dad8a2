import Glibc
import NIOCore

/// One reader of bytes from outside, or one machine that is fed with events, and how to try it.
struct FuzzTarget: Sendable {
    /// The name for `tools/fuzz --target`, and of its folders of seeds and regressions.
    let name: String
    /// Takes one input. Traps when a property does not hold.
    let run: @Sendable (ByteBuffer) -> Void
    /// Valid inputs for the fuzzer to start from.
    let seeds: @Sendable () throws -> [ByteBuffer]

    /// Writes the seeds as files 00, 01, … into the folder of this target.
    func writeSeeds(to folder: String) {
        let own = "\(folder)/\(name)"
        _ = unsafe mkdir(folder, 0o755)
        _ = unsafe mkdir(own, 0o755)
        do {
            for (number, seed) in try seeds().enumerated() {
                let path = "\(own)/\(number < 10 ? "0" : "")\(number)"
                guard let file = unsafe fopen(path, "w") else { fatalError("cannot write \(path)") }
                unsafe seed.withUnsafeReadableBytes { bytes in
                    _ = unsafe fwrite(bytes.baseAddress, 1, bytes.count, file)
                }
                unsafe fclose(file)
            }
        } catch {
            fatalError("the seeds of \(name): \(error)")
        }
    }
}

extension FuzzTarget {
    /// Every target, in the order of the layers.
    static let all: [FuzzTarget] = [
        .raftGroup, .keyText, .rangeMap, .frames, .hello, .clientRequest, .clientResponse, .controlFrame, .raftFrame,
        .snapshotFrame, .snapshotRows, .replicaNotice, .placementReport, .entryChunk, .commandBatch, .formation,
        .systemRow, .storageRecords, .syncMark, .runningNumbers, .logScan, .sessionTable, .applier, .directoryRecords,
    ]
}

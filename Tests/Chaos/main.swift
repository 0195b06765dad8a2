import Foundation
import TestKit

/// `tools/chaos`: reads the flags, runs, and ends with 0 when all is well.
func options(_ arguments: [String]) -> ChaosOptions? {
    var options = ChaosOptions()
    var left = arguments[...]
    while let flag = left.popFirst() {
        guard let text = left.popFirst() else { return nil }
        switch flag {
        case "--nodes": options.nodes = Int(text) ?? 0
        case "--seed":
            guard let seed = UInt64(text) else { return nil }
            options.seed = seed
        case "--minutes": options.seconds = Double(text).map { $0 * 60 }
        case "--rounds": options.rounds = Int(text)
        case "--rate": options.rate = Int(text) ?? 0
        case "--fault-milliseconds": options.faultMillisecondsMax = Int(text) ?? 0
        case "--shards":
            guard text == "living" || text == "fixed" else { return nil }
            options.isChurning = text == "living"
        case "--only":
            options.kinds = text.split(separator: ",").compactMap { ChaosKind(rawValue: String($0)) }
        default: return nil
        }
    }
    let isComplete = options.seconds != nil || options.rounds != nil
    let isSound = (1...9).contains(options.nodes) && options.rate > 0 && options.faultMillisecondsMax >= 100
    return isComplete && isSound && !options.kinds.isEmpty ? options : nil
}

guard let options = options(Array(CommandLine.arguments.dropFirst())) else {
    let kinds = ChaosKind.allCases.map(\.rawValue).joined(separator: " ")
    print("usage: tools/chaos --minutes N | --rounds N [--nodes 5] [--seed S] [--only KIND,…]")
    print("       [--rate OPS] [--fault-milliseconds MAX] [--shards living]\nkinds: \(kinds)")
    exit(64)
}

/// At once, whoever reads along.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

let folder = FileManager.default.temporaryDirectory.path + "/chaos-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
say("chaos: \(options.command)")
do {
    let report = try await ChaosRun.run(options, in: folder) { say($0) }
    say(report.text)
    guard report.problems.isEmpty else {
        say("data, logs and histories are in \(folder); repeat: \(options.command)")
        exit(1)
    }
    try FileManager.default.removeItem(atPath: folder)
} catch {
    say("PROBLEM: \(error)\ndata, logs and histories are in \(folder); repeat: \(options.command)")
    exit(1)
}

import ArgumentParser
import Linearizability

/// Judges a history.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Say whether a history is linearizable; exit code 1 when it is not.",
        discussion: """
            The history is what bench --history writes, of keys that were absent when it began. When no order of the \
            operations explains what was seen, the smallest part that shows it is printed. Exit code 2 when there is \
            no verdict: the file cannot be read, a line is no operation, or a key has too many possible orders.

            Example: dshard bench --workload mixed --history run.jsonl && dshard verify run.jsonl
            """)

    @Argument(help: "The file; - is standard input.")
    var history: String

    @Flag(
        help: ArgumentHelp(
            "A failed cas proves that its condition was false.",
            discussion: "Only for a run without errors: a cas that was refused is written down as failed too."))
    var strictCas = false

    /// Bytes read at once.
    private static let chunkBytes = 1 << 20

    func run() throws {
        let isStrict = try Settings.process.isOn(strictCas, "strict-cas")
        let history = try read()
        let verdict = try VerifyCommand.verdict(on: history, isStrict: isStrict)
        switch verdict {
        case .linearizable:
            try OpenFile.standardOutput.write(Array(VerifyCommand.summary(of: history).utf8))
        case .violation(let example):
            try OpenFile.standardOutput.write(Array(example.text.utf8))
            throw CommandFailure(.failed, nil)
        }
    }

    /// What to print for a history that is linearizable.
    static func summary(of history: History) -> String {
        let unknown = history.operations.count { $0.outcome == .unknown }
        return "linearizable: \(history.operations.count) operations on \(history.keyCount) keys, "
            + "\(unknown) with an unknown outcome\n"
    }

    private func read() throws(CommandFailure) -> History {
        var reader = HistoryReader()
        var progress = VerifyProgress()
        var byteCount = 0
        do {
            let file = history == "-" ? OpenFile.standardInput : try OpenFile.reading(history)
            defer { file.close() }
            while true {
                let chunk = try file.read(upTo: VerifyCommand.chunkBytes)
                guard !chunk.isEmpty else { return try reader.finish() }
                try reader.append(chunk)
                byteCount += chunk.count
                progress.say("\(byteCount >> 20) MiB read")
            }
        } catch let failure as OpenFile.Failure {
            throw CommandFailure(.undecided, "cannot read \(history): \(failure.text)")
        } catch {
            throw CommandFailure(.undecided, "\(history), \(error)")
        }
    }

    /// Checks with the progress on standard error.
    private static func verdict(
        on history: History, isStrict: Bool
    ) throws(CommandFailure) -> LinearizabilityVerdict {
        var checker = LinearizabilityChecker()
        checker.failedCASReads = isStrict
        var progress = VerifyProgress()
        do throws(LinearizabilityError) {
            return try checker.check(history) { checked in
                progress.say("\(checked) of \(history.operations.count) operations checked")
            }
        } catch {
            throw CommandFailure(.undecided, "no verdict: \(error)")
        }
    }
}

/// Says how far it is, once a second, when it takes longer than people like to wait without a sign.
private struct VerifyProgress {
    private let clock = ContinuousClock()
    private var next: ContinuousClock.Instant

    init() { next = clock.now + .seconds(3) }

    mutating func say(_ text: @autoclosure () -> String) {
        let now = clock.now
        guard now >= next else { return }
        next = now + .seconds(1)
        OpenFile.standardError.say(text() + "\n")
    }
}

import Host
import NIOCore
import Wire

extension FuzzTarget {
    /// The session table as it is on disk: a checkpoint and the deltas after it.
    static let sessionTable = FuzzTarget(name: "session-table") { input in
        var program = Program(input)
        let window = program.flag() ? 600_000 : program.number(near: 0)
        let checkpoint = program.slice()
        Check.recode(
            checkpoint, decode: { try SessionTable.decode(checkpoint: $0) }, encode: { $0.encodeCheckpoint() },
            equal: { $0.encodeCheckpoint() == $1.encodeCheckpoint() && counts($0) == counts($1) })
        var table = (try? SessionTable.decode(checkpoint: checkpoint)) ?? SessionTable()
        while !program.isAtEnd {
            do throws(WireError) {
                try table.absorb(delta: program.slice(), window: window)
            } catch {
                return
            }
            Check.that(table.answerCount >= 0 && table.byteCount >= 0, "the table counts below zero")
            let written = table.encodeCheckpoint()
            guard let again = try? SessionTable.decode(checkpoint: written) else {
                fatalError("a table cannot be written and read again")
            }
            Check.that(counts(again) == counts(table), "a table counts what it does not hold")
            let header = CommandHeader(
                session: program.long(), sequence: program.number(near: 1), issuedAt: program.long())
            _ = table.verdict(header, stampMilliseconds: program.long(), window: window)
        }
    } seeds: {
        var table = SessionTable()
        for number in 1...3 as ClosedRange<UInt64> {
            let header = CommandHeader(session: number % 2 + 1, sequence: number, doneBelow: number - 1, issuedAt: 1)
            let outcomes = Array(Samples.outcomes.prefix(Int(number) * 2))
            table.record(header, .done(.many(outcomes)), stampMilliseconds: number)
        }
        let one: [UInt8] = [1, 1, 0, 0, 0, 3, 9, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        let delta = one + [1, 0, 0, 0, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0]
        var program = ProgramWriter()
        program.byte(1)
        program.slice(table.encodeCheckpoint())
        program.slice(ByteBuffer(bytes: delta))
        return [program.bytes]
    }

    private static func counts(_ table: SessionTable) -> [Int] {
        [table.sessionCount, table.answerCount, table.byteCount]
    }
}

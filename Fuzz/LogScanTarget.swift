import Keyspace
import NIOCore
import Raft
import Storage
import Wire

extension FuzzTarget {
    /// A log as it may be found on a disk: rows made by the steps of the input, recovered, read, and written on.
    static let logScan = FuzzTarget(name: "log-scan") { input in
        var program = Program(input)
        var rows = FuzzRows()
        var count = 0
        var isOurs = true
        while !program.isAtEnd, count < 64 {
            count += 1
            if !addRow(&program, &rows) { isOurs = false }
        }
        _ = try? LogScan.names(in: rows)
        guard let (log, extent) = try? LogScan.recover(name, from: rows) else { return }
        check(log)
        // Nothing follows the last index there is.
        guard log.lastIndex.rawValue < .max else { return }
        let from = log.truncatedIndex.next
        let entries: [Entry<EncodedEntry>]
        do throws(StorageError) {
            entries = try LogScan.read(
                name, extent, from: from, through: log.lastIndex, byteLimit: .max, source: rows)
        } catch {
            // Recovery does not look into configurations, so one with a right checksum may still be malformed.
            Check.that(!isOurs, "what was recovered cannot be read: \(error)")
            return
        }
        Check.that(UInt64(entries.count) == log.truncatedIndex.distance(to: log.lastIndex), "entries are missing")
        for (entry, expected) in zip(entries, 1...) {
            Check.that(entry.index == log.truncatedIndex.advanced(by: UInt64(expected)), "entries are out of order")
            let run = log.termRuns.last { $0.first <= entry.index }
            Check.that(run?.term == entry.term, "a run has another term than its entry")
        }
        writeOn(&program, rows, log)
    } seeds: {
        // A head, two chunks of which the second overwrites the end of the first, and one as it comes from the disk.
        var program = ProgramWriter()
        program.bytes(1, 3, 162, 161, 160, 161, 161)
        program.bytes(0, 161, 3, 161, 0, 163, 2, 162)
        program.byte(2)
        program.bytes(165)
        program.slice(try Samples.chunk())
        var second = ProgramWriter()
        second.bytes(0, 161, 3, 161, 0, 164, 2, 162, 4, 0)
        return [program.bytes, second.bytes]
    }

    private static let name = LogName(shard: ShardID(7), replica: ReplicaID(1))

    /// Whether the row is one that this program could have written.
    private static func addRow(_ program: inout Program, _ rows: inout FuzzRows) -> Bool {
        let choice = program.choice(5)
        switch choice {
        case 0:
            let first = program.number(near: 1)
            let chunk = chunk(first: LogIndex(first), count: program.choice(9), term: program.number(near: 1))
            put(.log, LogKey.chunk(name, first: LogIndex(first)).array, chunk, &rows)
        case 1:
            let flags = program.byte()
            let vote = flags & 2 == 0 ? nil : ReplicaID(program.number(near: 1))
            let state = HardState(
                term: Term(program.number(near: 1)), vote: vote, commit: LogIndex(program.number(near: 1)))
            let head = LogHead(
                hardState: flags & 1 == 0 ? nil : state, truncatedIndex: LogIndex(program.number(near: 0)),
                truncatedTerm: Term(program.number(near: 1)))
            put(.raft, LogKey.head(name).array, ByteBuffer(bytes: head.encode()), &rows)
        case 2:
            let first = program.number(near: 1)
            var chunk = program.slice()
            Seal.entries(&chunk)
            put(.log, LogKey.chunk(name, first: LogIndex(first)).array, chunk, &rows)
        case 3:
            let family: Family = program.flag() ? .raft : .log
            put(family, Array(program.slice(limit: 32).readableBytesView), program.slice(), &rows)
        default: put(.raft, LogKey.head(name).array, program.slice(limit: 48), &rows)
        }
        return choice < 2
    }

    private static func put(_ family: Family, _ key: [UInt8], _ value: ByteBuffer, _ rows: inout FuzzRows) {
        key.withBytes { rows.put(family, key: $0, value: value.readableBytesSpan) }
    }

    private static func chunk(first: LogIndex, count: Int, term: UInt64) -> ByteBuffer {
        var index = first
        var entries: [Entry<EncodedEntry>] = []
        for position in 0..<count {
            let bump = position > 4 ? 1 : 0
            entries.append(Entry(index: index, term: Term(term &+ UInt64(bump)), content: .empty))
            index = index.next
        }
        return EncodedEntry.chunk(entries)
    }

    private static func check(_ log: RecoveredLog) {
        Check.that(log.truncatedIndex <= log.lastIndex, "a log ends before its start")
        Check.that(log.termRuns.isEmpty == (log.truncatedIndex == log.lastIndex), "runs do not cover the log")
        let first = log.termRuns.first?.first ?? log.truncatedIndex.next
        Check.that(first == log.truncatedIndex.next, "a gap before the first run")
        for (run, next) in zip(log.termRuns, log.termRuns.dropFirst()) {
            Check.that(run.first < next.first && run.term < next.term, "runs are out of order")
        }
    }

    /// What follows a recovery: appends and truncations through the same table, after each of which the log on disk is
    /// the log in memory.
    private static func writeOn(_ program: inout Program, _ rows: FuzzRows, _ log: RecoveredLog) {
        var rows = rows
        var table = LogTable()
        let first = LogIndex(program.number(near: log.lastIndex.next.rawValue))
        let term = max(log.lastTerm, Term(1))
        let count = program.choice(4) + 1
        guard first.rawValue < .max - 8 else { return }
        let append = LogAppend(
            shard: name.shard, replica: name.replica, first: first, last: first.advanced(by: UInt64(count - 1)),
            chunk: chunk(first: first, count: count, term: term.rawValue))
        var batch = LogBatch()
        batch.appends.append(append)
        var sink = rows
        guard (try? table.apply(batch, into: &sink, source: rows)) != nil else { return }
        rows = sink
        let again: RecoveredLog
        let extent: LogExtent
        do throws(StorageError) {
            (again, extent) = try LogScan.recover(name, from: rows)
        } catch {
            fatalError("\(append.first)…\(append.last) was appended to \(log), which cannot be recovered: \(error)")
        }
        check(again)
        Check.that(again.lastIndex == append.last, "an append has another end on disk")
        Check.that(table[name] == extent, "memory and disk differ")
    }
}

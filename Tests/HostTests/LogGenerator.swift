import Host
import Keyspace
import Raft
import Storage
import Wire

/// Draws logs that mix everything an entry may hold: all kinds of operations on few keys, several commands an
/// entry, sessions with repeats, expiry, old epochs, entries without commands, and pauses up to the session window.
struct LogGenerator {
    private var random: SeededRandom
    private var milliseconds = Fixture.start
    private var last = Fixture.firstState.lastVersion
    private var versions: [Timestamp] = []
    private var sessions: [UInt64: UInt64] = [:]
    private var sent: [(header: CommandHeader, operations: OperationList)] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func log(entries count: Int) throws -> [Entry<EncodedEntry>] {
        try (1...count).map { try entry(index: UInt64($0)) }
    }

    private mutating func entry(index: UInt64) throws -> Entry<EncodedEntry> {
        if random.chance(5) { return Entry(index: LogIndex(index), term: Term(1), content: .empty) }
        milliseconds += pause()
        let stamp = Timestamp.next(after: last, clock: milliseconds)
        var commands: [(header: CommandHeader, operations: OperationList)] = []
        for _ in 0..<random.draw(0...4) { commands.append(try command()) }
        let operations = commands.reduce(0) { $0 + $1.operations.count }
        last = stamp.advanced(by: UInt64(max(operations, 1) - 1))
        for offset in 0..<operations { versions.append(stamp.advanced(by: UInt64(offset))) }
        return try Fixture.entry(
            index: index, stamp: stamp, epochVersion: random.chance(4) ? 2 : 1, commands)
    }

    private mutating func pause() -> UInt64 {
        switch random.draw(1...20) {
        case 1: UInt64(random.draw(600_000...800_000))
        case 2, 3: UInt64(random.draw(30_000...90_000))
        case 4...10: UInt64(random.draw(1...50))
        default: 0
        }
    }

    private mutating func command() throws -> (header: CommandHeader, operations: OperationList) {
        if let repeated = sent.randomElement(using: &random), random.chance(25) { return repeated }
        var operations = OperationList()
        for _ in 0..<random.draw(1...3) { try addOperation(to: &operations) }
        guard random.chance(60) else { return (CommandHeader(), operations) }
        let session = UInt64(random.draw(1...4))
        let sequence = sessions[session, default: 0] + UInt64(random.draw(1...2))
        sessions[session] = sequence
        let doneBelow = sequence - min(sequence, UInt64(random.draw(0...6)))
        let age = random.chance(10) ? UInt64(random.draw(0...700_000)) : 0
        let command = (
            CommandHeader(session: session, sequence: sequence, doneBelow: doneBelow, issuedAt: milliseconds - age),
            operations
        )
        sent.append(command)
        return command
    }

    private mutating func addOperation(to list: inout OperationList) throws {
        let key = Fixture.key(0, random.draw(0...4))
        let value = [UInt8(random.draw(0...3))]
        let expiry = random.chance(30) ? milliseconds + UInt64(random.draw(0...60)) : nil
        switch random.draw(1...6) {
        case 1, 2: try list.put(key, value, expiryMilliseconds: expiry)
        case 3: try list.delete(key)
        case 4:
            try list.compareAndSet(key, value, expect: [UInt8(random.draw(0...3))], expiryMilliseconds: expiry)
        case 5:
            let recent = versions.suffix(6).randomElement(using: &random) ?? last
            try list.compareAndSet(key, value, expectVersion: recent, expiryMilliseconds: expiry)
        default: try list.putIfAbsent(key, value, expiryMilliseconds: expiry)
        }
    }
}

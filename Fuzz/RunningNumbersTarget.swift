import NIOCore
import Storage

extension FuzzTarget {
    /// The rows from which a start concludes whether the store forgot something (rule 14).
    static let runningNumbers = FuzzTarget(name: "running-numbers") { input in
        var program = Program(input)
        var rows = FuzzRows()
        var count = 0
        while !program.isAtEnd, count < 256 {
            count += 1
            let writer = UInt8(program.choice(3))
            let number = program.number(near: 4)
            var value: [UInt8] = []
            value.append(littleEndian: number)
            switch program.choice(8) {
            case 0..<5: put(NodeKey.number(writer: writer, number).array, value, &rows)
            case 5: put(NodeKey.number(writer: writer, program.number(near: 4)).array, value, &rows)
            case 6: put(NodeKey.firstNumber(writer: writer).array, value, &rows)
            default: put(Array(program.slice(limit: 8).readableBytesView), value.dropLast(program.choice(3)), &rows)
            }
        }
        guard let writers = try? RecoveryCheck.numbers(in: rows) else { return }
        let mark = SyncMark(sequence: 1, incarnation: 1, number: program.number(near: 3), wal: [])
        let check = RecoveryCheck(storeExisted: true, incarnation: 1, mark: .intact(mark), wal: [], writers: writers)
        let restarted = check.restartedNumbers(heard: program.number(near: 3))
        if case .consistent = check.verdict {
            Check.that(writers.allSatisfy(\.isConsecutive), "a hole was not seen")
        }
        for numbers in restarted {
            Check.that(numbers.first >= (writers.first { $0.writer == numbers.writer }?.last ?? 0), "numbers go back")
        }
    } seeds: {
        // Numbers 1 … 4 of the log writer in their slots, then a first number of another writer.
        [ByteBuffer(bytes: [0, 161, 0, 0, 162, 0, 0, 163, 0, 0, 164, 0, 1, 161, 6])]
    }

    private static func put(_ key: [UInt8], _ value: some Collection<UInt8>, _ rows: inout FuzzRows) {
        key.withBytes { key in Array(value).withBytes { rows.put(.node, key: key, value: $0) } }
    }
}

extension RecoveryCheck {
    /// Reads the running numbers of all writers from the node's own rows, in the order of writers.
    package static func numbers(in source: some RowSource) throws(StorageError) -> [WriterNumbers] {
        var byWriter: [WriterNumbers?] = Array(repeating: nil, count: 256)
        var isMalformed = false
        func read(_ key: RawSpan, _ value: RawSpan) -> Bool {
            guard let space = key.byte(at: 0), let writer = key.byte(at: 1), value.byteCount == 8,
                let number = value.littleEndian(at: 0, as: UInt64.self)
            else {
                isMalformed = true
                return false
            }
            var numbers = byWriter[Int(writer)] ?? WriterNumbers(writer: writer)
            if space == NodeKey.firstNumberSpace {
                numbers.first = number
            } else if let slot = key.bigEndian(at: 2, as: UInt16.self) {
                numbers.add(slot: slot, number: number)
            } else {
                isMalformed = true
            }
            byWriter[Int(writer)] = numbers
            return !isMalformed
        }
        let from = [NodeKey.numberSpace]
        let to = [NodeKey.firstNumberSpace + 1]
        try from.withBytes { (from) throws(StorageError) in
            try to.withBytes { (to) throws(StorageError) in try source.rows(.node, from: from, to: to, read) }
        }
        guard !isMalformed else { throw .corruption("a running number is malformed") }
        return byWriter.compactMap { $0 }
    }
}

extension RecoveryCheck {
    /// Where every writer's numbers start again after a suspicion was recorded durably: behind whatever any mark or
    /// peer has heard, so that neither has to be lowered, and the holes of before are not found again.
    package func restartedNumbers(heard: UInt64 = 0) -> [(writer: UInt8, first: UInt64)] {
        var synced = heard
        if case .intact(let mark) = mark { synced = max(synced, mark.number) }
        let all =
            writers.contains { $0.writer == RecoveryCheck.logWriter }
            ? writers : [WriterNumbers(writer: RecoveryCheck.logWriter)] + writers
        return all.map { numbers in
            let last = numbers.writer == RecoveryCheck.logWriter ? max(numbers.last, synced) : numbers.last
            return (numbers.writer, last == .max ? .max : last + 1)
        }
    }
}

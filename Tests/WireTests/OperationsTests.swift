import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@Suite struct OperationsTests {
    @Test func acceptsWhatTheListWrites() throws {
        let summary = try OperationsValidator.validate(try Samples.write(), in: .user)
        #expect(summary.operationCount == 6)
        #expect(summary.reads)
        var list = OperationList()
        try list.put(.user([1]), [2])
        #expect(try !validate(list.bytes, 1).reads)
        try list.delete(.user([1]))
        #expect(try validate(list.bytes, 2).reads)
    }

    @Test func keyLengthAtTheLimit() throws {
        for (length, isAllowed) in [(0, false), (1, true), (10_239, true), (10_240, true), (10_241, false)] {
            let key = Key.user([UInt8](repeating: 7, count: length))
            let problem: OperationProblem = length == 0 ? .keyEmpty : .keyTooLong(limit: 10_240, actual: length)
            var list = OperationList()
            if isAllowed {
                try list.put(key, [1])
                #expect(try validate(list.bytes, 1).operationCount == 1)
            } else {
                #expect(throws: problem) { try list.put(key, [1]) }
                #expect(throws: problem) { try validate(raw(key: key.bytes, value: 1), 1) }
                #expect(list.count == 0 && list.bytes.readableBytes == 0)
            }
        }
    }

    @Test func valueLengthAtTheLimit() throws {
        let limit = KeyLimits.valueBytesMax
        for length in [limit - 1, limit] {
            #expect(try validate(raw(key: [2, 1], value: length), 1).operationCount == 1)
        }
        let problem = OperationProblem.valueTooLong(limit: limit, actual: limit + 1)
        #expect(throws: problem) { try validate(raw(key: [2, 1], value: limit + 1), 1) }
        var list = OperationList()
        let value = [UInt8](repeating: 0, count: limit + 1)
        #expect(throws: problem) { try list.put(.user([1]), value) }
        #expect(throws: problem) { try list.compareAndSet(.user([1]), [], expect: value) }
    }

    @Test func operationCountAtTheLimit() throws {
        let limit = KeyLimits.batchOperationsMax
        var bytes = ByteBuffer()
        for _ in 0..<(limit - 1) { bytes.writeImmutableBuffer(raw(key: [2, 1], value: 0)) }
        #expect(try validate(bytes, UInt32(limit - 1)).operationCount == limit - 1)
        bytes.writeImmutableBuffer(raw(key: [2, 1], value: 0))
        #expect(try validate(bytes, UInt32(limit)).operationCount == limit)
        bytes.writeImmutableBuffer(raw(key: [2, 1], value: 0))
        #expect(throws: OperationProblem.tooMany(limit: limit, actual: limit + 1)) {
            try validate(bytes, UInt32(limit + 1))
        }
        #expect(throws: OperationProblem.none) { try validate(ByteBuffer(), 0) }
        #expect(throws: OperationProblem.tooMany(limit: limit, actual: Int(UInt32.max))) {
            try validate(ByteBuffer(), .max)
        }
    }

    @Test func keysMustBeInSpaceAndRange() throws {
        let system = raw(key: [1, 1], value: 0)
        #expect(throws: OperationProblem.wrongSpace) { try validate(system, 1) }
        #expect(try OperationsValidator.validate(system.readableBytesSpan, count: 1, space: 1).operationCount == 1)
        var list = OperationList()
        try list.put(.user([5]), [])
        try list.put(.user([9]), [])
        try list.put(.user([7]), [])
        let range = KeyRange(start: .user([5]), end: .user([7]))
        #expect(throws: OperationProblem.outsideRange(.user([9]))) {
            try OperationsValidator.validate(list.bytes.readableBytesSpan, count: 3, in: range)
        }
    }

    @Test func countAndBytesMustAgree() throws {
        let bytes = try Samples.operations().bytes
        #expect(throws: OperationProblem.malformed) { try validate(bytes, 5) }
        #expect(throws: OperationProblem.malformed) { try validate(bytes, 7) }
    }

    @Test func everyTruncationAndMutationIsJudged() throws {
        let bytes = Array(try Samples.operations().bytes.readableBytesView)
        for count in 0..<bytes.count {
            #expect(throws: OperationProblem.malformed) { try validate(ByteBuffer(bytes: bytes[..<count]), 6) }
        }
        var random = SeededRandom(seed: 5)
        for _ in 0..<4_000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                mutated[Int.random(in: 0..<mutated.count, using: &random)] =
                    Bool.random(using: &random) ? .max : .random(in: 0...9, using: &random)
            }
            let buffer = ByteBuffer(bytes: mutated)
            guard (try? validate(buffer, 6)) != nil else { continue }
            // What the validator lets in, apply can read: nothing that it accepts may stop a replica.
            var builder = CommandBatchBuilder()
            builder.append(CommandHeader(), operations: buffer, operationCount: 6, reads: true)
            try Codec.walk(builder.finish(term: Term(1), index: LogIndex(1), stamp: .zero, epochVersion: 0))
        }
    }

    @Test(arguments: [
        // kind, flags, keyLength, key, valueLength, value
        "0600 0200 0261 00000000", "0000 0200 0261 00000000", "0102 0200 0261 00000000", "0100 0000 00000000",
        "0201 0200 0261 00000000 0000000000000000", "0200 0200 0261 01000000 00", "0300 0200 0261 00000000",
        "0400 0200 0261 00000000 00000000", "0100 0200 0261 ffffffff", "0100 ffff 0261 00000000",
    ])
    func malformed(_ digits: String) {
        #expect(throws: OperationProblem.malformed) { try validate(bytes(digits), 1) }
    }

    private func validate(_ bytes: ByteBuffer, _ count: UInt32) throws -> OperationsValidator.Summary {
        try OperationsValidator.validate(bytes.readableBytesSpan, count: count)
    }

    private func raw(key: [UInt8], value: Int) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: [1, 0])
        buffer.writeInteger(UInt16(key.count), endianness: .little)
        buffer.writeBytes(key)
        buffer.writeInteger(UInt32(value), endianness: .little)
        buffer.writeRepeatingByte(0, count: value)
        return buffer
    }
}

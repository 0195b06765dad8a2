import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@Suite struct ClientTests {
    @Test func requestsComeBack() throws {
        for request in try Samples.requests() {
            var buffer = ByteBuffer()
            #expect(request.encode(into: &buffer))
            let read = try ClientRequest.decode(try Codec.body(of: buffer, .client))
            #expect(read.id == request.id && read.timeoutMilliseconds == request.timeoutMilliseconds)
            switch (read.body, request.body) {
            case (.write(let a), .write(let b)): #expect(a == b)
            case (.get(let a), .get(let b)):
                #expect(a == b)
                #expect(a.keys.keys == b.keys.keys)
            case (.scan(let a), .scan(let b)): #expect(a == b)
            case (.routes(let a), .routes(let b)): #expect(a == b)
            case (.replicas(let a), .replicas(let b)): #expect(a == b)
            case (.split(let a), .split(let b)): #expect(a == b)
            case (.merge(let a), .merge(let b)): #expect(a == b)
            case (.placement(let a), .placement(let b)): #expect(a == b)
            case (.check(let a), .check(let b)): #expect(a == b)
            case (.status, .status): break
            default: Issue.record("\(request.body) became \(read.body)")
            }
        }
    }

    @Test func responsesComeBack() throws {
        for response in Samples.responses() {
            var buffer = ByteBuffer()
            response.encode(into: &buffer)
            #expect(try ClientResponse.decode(try Codec.body(of: buffer, .client)) == response)
        }
    }

    @Test func theShortWayForOneValueIsTheSame() {
        let value = ByteBuffer(bytes: [0x76, 0x77])
        var list = ValueList()
        list.append(version: Timestamp(5), value: value.readableBytesSpan)
        var short = ByteBuffer()
        ClientResponse.encodeValue(id: 9, version: Timestamp(5), value: value.readableBytesSpan, into: &short)
        var long = ByteBuffer()
        ClientResponse(id: 9, body: .values(list)).encode(into: &long)
        #expect(short == long)
        var absent = ValueList()
        absent.appendAbsent()
        short.clear()
        long.clear()
        ClientResponse.encodeAbsent(id: 9, into: &short)
        ClientResponse(id: 9, body: .values(absent)).encode(into: &long)
        #expect(short == long)
    }

    @Test func listsAreWalked() {
        var values = Samples.values().cursor()
        #expect(values.next() == .found(.init(version: Timestamp(0x61), value: 13..<15)))
        #expect(values.next() == .absent)
        #expect(values.next() == .found(.init(version: Timestamp(0x62), value: 29..<29)))
        #expect(values.next() == nil)
        var rows = Samples.page().cursor()
        #expect(rows.next() == .init(key: 2..<4, value: 8..<10, version: Timestamp(0x63)))
        #expect(rows.next() == .init(key: 20..<22, value: 26..<26, version: Timestamp(0x64)))
        #expect(rows.next() == nil)
    }

    @Test func keysOfAGetAtTheLimits() throws {
        var list = KeyList()
        #expect(throws: OperationProblem.keyEmpty) { try list.append(.user([])) }
        let long = Key.user([UInt8](repeating: 1, count: KeyLimits.keyBytesMax + 1))
        #expect(throws: OperationProblem.self) { try list.append(long) }
        for _ in 0..<KeyLimits.batchOperationsMax { try list.append(.user([1])) }
        #expect(throws: OperationProblem.tooMany(limit: 10_000, actual: 10_001)) { try list.append(.user([1])) }
        #expect(list.keys.count == KeyLimits.batchOperationsMax)
    }

    @Test func requestsAndAnswersThatAreTooLong() throws {
        let value = ByteBuffer(repeating: 1, count: KeyLimits.clientFrameBytesMax)
        let write = WriteRequest(route: Samples.route, operationCount: 1, operations: value)
        var buffer = ByteBuffer()
        #expect(!ClientRequest(id: 1, timeoutMilliseconds: 1, body: .write(write)).encode(into: &buffer))
        #expect(buffer.readableBytes == 0)
        ClientResponse.encodeValue(id: 7, version: .zero, value: value.readableBytesSpan, into: &buffer)
        let response = try ClientResponse.decode(try Codec.body(of: buffer, .client))
        #expect(response.id == 7)
        guard case .failure(.invalidRequest) = response.body else {
            Issue.record("\(response)")
            return
        }
    }

    /// Rule 23: of all answers to a write, only `ambiguous` leaves it open.
    @Test func onlyAmbiguousIsAmbiguous() {
        for error in Samples.errors { #expect(error.isDefinitelyNotApplied == (error != .ambiguous)) }
    }

    @Test func oneOutcomeNeedsNoArray() {
        #expect(WriteResult(outcomes: [Samples.outcomes[0]]) == .one(Samples.outcomes[0]))
        #expect(WriteResult(outcomes: Samples.outcomes) == .many(Samples.outcomes))
        #expect(WriteResult(outcomes: []) == .many([]))
        #expect(WriteResult.one(Samples.outcomes[1]).outcomes == [Samples.outcomes[1]])
    }

    @Test func outcomesComeBackFromTheirNineBytes() {
        for outcome in Samples.outcomes {
            let (kind, version) = outcome.encoded
            #expect(OperationOutcome(kind: kind, version: version) == outcome)
        }
        #expect(OperationOutcome(kind: 0, version: 1) == nil)
        #expect(OperationOutcome(kind: 7, version: 1) == nil)
    }
}

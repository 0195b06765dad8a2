import Keyspace
@testable import Simulator
import Testing
import Wire

/// The checker of histories finds what it is for, and nothing else.
@Suite struct HistoryCheckerTests {
    private let key = Workload.key(0, Workload.registers.lowerBound)
    private let client = SimulatedClient(number: 0, nodes: [])
    private let value: [UInt8] = [1]

    private func version(_ number: UInt64) -> Timestamp { Timestamp(number) }

    /// A history in which `value` was written at version 10.
    private func written() -> HistoryChecker {
        var history = HistoryChecker()
        let put = ClientOperation.put(key, value)
        history.begins(put, client)
        history.wrote(put, [.put(version: version(10))], client, at: 0)
        return history
    }

    private func found(_ version: UInt64?, _ value: [UInt8]?) -> HistoryChecker.Found {
        HistoryChecker.Found(key: key, version: version.map { self.version($0) }, value: value)
    }

    @Test func aReadOfTheLastWriteIsFine() {
        var history = written()
        history.begins(.get([key]), client)
        history.read([found(10, value)], client, at: 1)
        #expect(history.failure == nil)
    }

    @Test func aValueWrittenTwiceIsFound() {
        var history = written()
        history.probed(key, version(20), value, floor: version(10))
        #expect(history.failure != nil)
    }

    @Test func aStaleProbeIsFound() {
        var history = written()
        history.attempts([2], at: key)
        history.probeWrote(key, version(20), [2], floor: history.known(key))
        #expect(history.known(key) == version(20))
        history.probed(key, version(10), value, floor: version(10))
        #expect(history.failure == nil)
        history.probed(key, version(10), value, floor: version(20))
        #expect(history.failure != nil)
    }

    @Test func aStaleReadIsFound() {
        var history = written()
        let second = ClientOperation.put(key, [2])
        history.begins(second, client)
        history.wrote(second, [.put(version: version(20))], client, at: 1)
        history.begins(.get([key]), client)
        history.read([found(10, value)], client, at: 2)
        #expect(history.failure != nil)
    }

    @Test func aReadThatBeganBeforeTheWriteMayMissIt() {
        var history = written()
        let reader = SimulatedClient(number: 1, nodes: [])
        history.begins(.get([key]), reader)
        let second = ClientOperation.put(key, [2])
        history.begins(second, client)
        history.wrote(second, [.put(version: version(20))], client, at: 1)
        history.read([found(10, value)], reader, at: 2)
        #expect(history.failure == nil)
    }

    @Test func aLostWriteIsFound() {
        var history = written()
        history.begins(.get([key]), client)
        history.read([found(nil, nil)], client, at: 1)
        #expect(history.failure != nil)
    }

    @Test func aDeleteExplainsAbsence() {
        var history = written()
        let delete = ClientOperation.delete(key)
        history.begins(delete, client)
        history.wrote(delete, [.deleted(existed: true, version: version(20))], client, at: 1)
        history.begins(.get([key]), client)
        history.read([found(nil, nil)], client, at: 2)
        #expect(history.failure == nil)
    }

    @Test func aValueThatNobodyWroteIsFound() {
        var history = written()
        history.begins(.get([key]), client)
        history.read([found(30, [9])], client, at: 1)
        #expect(history.failure != nil)
    }

    @Test func whatFailedForCertainMustNotBeSeen() {
        var history = written()
        let put = ClientOperation.put(key, [2])
        history.begins(put, client)
        history.failed(put, client, isUnknown: false, at: 1)
        history.begins(.get([key]), client)
        history.read([found(30, [2])], client, at: 2)
        #expect(history.failure != nil)
    }

    @Test func whatMayHaveHappenedMayBeSeen() {
        var history = written()
        let put = ClientOperation.put(key, [2])
        history.begins(put, client)
        history.failed(put, client, isUnknown: true, at: 1)
        history.begins(.get([key]), client)
        history.read([found(30, [2])], client, at: 2)
        #expect(history.failure == nil)
    }

    @Test func halfABatchIsFound() {
        var history = HistoryChecker()
        let (first, second) = (Workload.key(0, Workload.pair.0), Workload.key(0, Workload.pair.1))
        let put = ClientOperation.pair(first, second, value)
        history.begins(put, client)
        history.begins(.get([first, second]), client)
        history.read(
            [
                HistoryChecker.Found(key: first, version: version(5), value: value),
                HistoryChecker.Found(key: second, version: nil, value: nil),
            ], client, at: 1)
        #expect(history.failure != nil)
    }
}

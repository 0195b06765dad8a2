import DShardClient

/// One client: one request in flight, again and again. Lives on the event loop of `state`.
struct BenchClient {
    let index: Int
    let workload: Workload
    let consistency: Consistency
    let client: DShardClient
    let state: BenchState
    var random: BenchRandom
    /// What a get has found for the compare-and-set that follows it.
    private var expectation: (key: [UInt8], value: [UInt8]?)?

    init(_ index: Int, _ plan: BenchPlan, client: DShardClient, state: BenchState, seed: UInt64) {
        self.index = index
        workload = plan.workload
        consistency = plan.consistency
        self.client = client
        self.state = state
        random = BenchRandom(seed: seed &+ UInt64(index) &* 0xA24B_AED4_963E_E407)
    }

    /// Works until the time is over.
    mutating func run() async {
        while let start = await state.pacer.next() {
            let outcome = await perform()
            state.tally.record(outcome, start: start, end: Pacer.now())
            if outcome != .ok { await state.pacer.rest() }
        }
    }

    /// Puts the keys `first`, `first + stride`, … below `end`. False when one of them failed.
    mutating func load(from first: UInt64, to end: UInt64, by stride: UInt64) async -> Bool {
        var number = first
        while number < end {
            guard await put(state.keys.key(number)) == .ok else { return false }
            number += stride
        }
        return true
    }

    private mutating func perform() async -> BenchTally.Outcome {
        if let (key, expected) = expectation {
            expectation = nil
            return await compareAndSet(key, expect: expected)
        }
        switch workload.next(&random) {
        case .get: return await get(nextKey()).outcome
        case .getLatest: return await get(state.keys.key(state.nextLatest(&random))).outcome
        case .put: return await put(nextKey())
        case .delete: return await delete(nextKey())
        case .insert: return await put(state.keys.key(state.nextInsert()))
        case .scan(let rows): return await scan(from: nextKey(), rows: rows)
        case .getThenCompareAndSet:
            let key = nextKey()
            let (outcome, found) = await get(key)
            if outcome == .ok { expectation = (key, found) }
            return outcome
        case .readModifyWrite:
            let key = nextKey()
            let outcome = await get(key).outcome
            return outcome == .ok ? await put(key) : outcome
        }
    }

    private mutating func nextKey() -> [UInt8] { state.keys.key(state.distribution.next(&random)) }

    private func get(_ key: [UInt8]) async -> (outcome: BenchTally.Outcome, found: [UInt8]?) {
        let start = state.history == nil ? 0 : Pacer.now()
        do {
            let found = try await client.get(key, consistency: consistency)?.value
            record(.get, key, found: found, .ok, start)
            return (.ok, found)
        } catch {
            // A read changes nothing, so not to know its outcome is to have none.
            _ = state.outcome(of: error)
            record(.get, key, .failed, start)
            return (.failed, nil)
        }
    }

    private func put(_ key: [UInt8]) async -> BenchTally.Outcome {
        let value = state.values.next()
        let start = state.history == nil ? 0 : Pacer.now()
        let outcome: BenchTally.Outcome
        do {
            _ = try await client.put(key, value)
            outcome = .ok
        } catch {
            outcome = state.outcome(of: error)
        }
        record(.put(value), key, outcome, start)
        return outcome
    }

    private func delete(_ key: [UInt8]) async -> BenchTally.Outcome {
        let start = state.history == nil ? 0 : Pacer.now()
        let outcome: BenchTally.Outcome
        do {
            _ = try await client.delete(key)
            outcome = .ok
        } catch {
            outcome = state.outcome(of: error)
        }
        record(.delete, key, outcome, start)
        return outcome
    }

    /// A false condition is an answer like any other for the figures; the history calls it failed.
    private func compareAndSet(_ key: [UInt8], expect: [UInt8]?) async -> BenchTally.Outcome {
        let value = state.values.next()
        let operation = HistoryRecord.Operation.compareAndSet(value, expect: expect)
        let start = state.history == nil ? 0 : Pacer.now()
        do {
            let condition = expect.map { Condition.value($0) } ?? .absent
            switch try await client.compareAndSet(key, to: value, expecting: condition) {
            case .swapped: record(operation, key, .ok, start)
            case .conditionFalse: record(operation, key, .failed, start)
            }
            return .ok
        } catch {
            let outcome = state.outcome(of: error)
            record(operation, key, outcome, start)
            return outcome
        }
    }

    private func scan(from key: [UInt8], rows: Int) async -> BenchTally.Outcome {
        do {
            for try await _ in client.scan(from: key, to: nil, limit: rows, consistency: consistency) {}
            return .ok
        } catch {
            _ = state.outcome(of: error)
            return .failed
        }
    }

    private func record(
        _ operation: HistoryRecord.Operation, _ key: [UInt8], found: [UInt8]? = nil, _ outcome: BenchTally.Outcome,
        _ start: UInt64
    ) {
        guard let history = state.history else { return }
        history.append(
            HistoryRecord(
                client: index, operation: operation, key: key, found: found, outcome: outcome, start: start,
                end: Pacer.now()))
    }
}

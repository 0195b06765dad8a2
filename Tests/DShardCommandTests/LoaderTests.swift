import Synchronization
import Testing

@testable import dshard

@Suite("kv load")
struct LoaderTests {
    /// Takes the rows instead of a cluster, and watches how many batches are in flight.
    final class Store: Sendable {
        struct State {
            var values: [[UInt8]: [UInt8]] = [:]
            var rows = 0
            var inFlight = 0
            var inFlightMax = 0
            var keysInFlight: Set<[UInt8]> = []
            var hasOverlap = false
        }

        let state = Mutex(State())
        /// The batch that has this many rows before it is refused.
        let failsAfter: Int?

        init(failsAfter: Int? = nil) { self.failsAfter = failsAfter }

        func put(_ rows: [Loader.LoadedRow]) async throws {
            let isRefused = state.withLock { state in
                state.inFlight += 1
                state.inFlightMax = max(state.inFlightMax, state.inFlight)
                for row in rows where !state.keysInFlight.insert(row.key).inserted { state.hasOverlap = true }
                return failsAfter.map { state.rows >= $0 } ?? false
            }
            await Task.yield()
            state.withLock { state in
                state.inFlight -= 1
                for row in rows {
                    state.keysInFlight.remove(row.key)
                    if !isRefused { state.values[row.key] = row.value }
                }
                if !isRefused { state.rows += rows.count }
            }
            if isRefused { throw CommandFailure(.unreachable, "no node could be reached") }
        }
    }

    @Test("All rows arrive, in bounded batches, several at a time")
    func loadsAll() async throws {
        let store = Store()
        let lines = (0..<20_000).map { "key\($0)\tvalue\($0)\n" }.joined()
        #expect(try await load(lines, into: store) == 20_000)
        let state = store.state.withLock { $0 }
        #expect(state.values.count == 20_000)
        #expect(state.values[Array("key17".utf8)] == Array("value17".utf8))
        #expect(state.inFlightMax <= Loader.batchesInFlightMax)
        #expect(!state.hasOverlap)
    }

    @Test("The last line of a key wins, wherever it stands")
    func lastLineWins() async throws {
        let store = Store()
        var lines = ""
        for round in 0..<4 {
            for key in 0..<2_500 { lines += "k\(key)\t\(round)\n" }
            lines += "hot\t\(round)\nhot\t\(round)!\n"
        }
        _ = try await load(lines, into: store)
        let state = store.state.withLock { $0 }
        #expect(!state.hasOverlap)
        #expect(state.values.values.allSatisfy { $0.first == UInt8(ascii: "3") })
        #expect(state.values[Array("hot".utf8)] == Array("3!".utf8))
    }

    @Test("A bad line is named; exactly what stands before it is loaded")
    func badLine() async throws {
        let store = Store()
        let lines = (1...2_500).map { "k\($0)\tv\n" }.joined() + "no row\nlater\tv\n"
        let failure = await #expect(throws: CommandFailure.self) { try await load(lines, into: store) }
        #expect(failure?.status == .failed)
        #expect(failure?.message == "line 2501: no TAB between key and value; rows loaded before it: 2500")
        #expect(store.state.withLock { $0.values.count } == 2_500)
    }

    @Test("A refused batch ends the load with its status, and says what is there")
    func refusedBatch() async throws {
        let store = Store(failsAfter: 4_000)
        let lines = (1...20_000).map { "k\($0)\tv\n" }.joined()
        let failure = await #expect(throws: CommandFailure.self) { try await load(lines, into: store) }
        let rows = store.state.withLock { $0.rows }
        #expect(rows >= 4_000 && rows < 20_000)
        #expect(failure == CommandFailure(.unreachable, "no node could be reached; rows loaded before it: \(rows)"))
    }

    @Test("Nothing is a good file")
    func empty() async throws {
        #expect(try await load("", into: Store()) == 0)
    }

    private func load(_ text: String, into store: Store) async throws -> Int {
        let loader = Loader(form: .escaped, progress: nil) { try await store.put($0) }
        var rest = Array(text.utf8)[...]
        return try await loader.load { () throws(CommandFailure) in
            defer { rest = rest.dropFirst(1_000) }
            return Array(rest.prefix(1_000))
        }
    }
}

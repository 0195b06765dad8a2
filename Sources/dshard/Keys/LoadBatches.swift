/// The batches of a load: one fills up, some are in flight.
struct LoadBatches {
    private let put: @Sendable ([Loader.LoadedRow]) async throws -> Void
    private let meter: LoadMeter
    private var rows: [Loader.LoadedRow] = []
    private var bytes = 0
    /// The keys of the batch that fills up and of those in flight: the same key again must wait for them.
    private var keys: Set<[UInt8]> = []
    private var inFlight = 0
    /// Rows that are acknowledged.
    private(set) var rowsDone = 0

    init(meter: LoadMeter, put: @escaping @Sendable ([Loader.LoadedRow]) async throws -> Void) {
        self.meter = meter
        self.put = put
    }

    /// Adds a row; sends the batch when it is full, and waits while too many are in flight.
    mutating func add(
        _ row: Loader.LoadedRow, _ group: inout ThrowingTaskGroup<[Loader.LoadedRow], any Error>
    ) async throws {
        if keys.contains(row.key) { try await finish(&group) }
        keys.insert(row.key)
        rows.append(row)
        bytes += row.key.count + row.value.count
        guard rows.count >= Loader.batchRowsMax || bytes >= Loader.batchBytesMax else { return }
        send(&group)
        while inFlight >= Loader.batchesInFlightMax { try await waitForOne(&group) }
    }

    /// Sends what is left and waits until everything is acknowledged.
    mutating func finish(_ group: inout ThrowingTaskGroup<[Loader.LoadedRow], any Error>) async throws {
        send(&group)
        while inFlight > 0 { try await waitForOne(&group) }
    }

    /// Ends a load that has failed: waits for what is in flight, sends nothing more. The result says how many rows are
    /// there.
    mutating func settle(
        _ group: inout ThrowingTaskGroup<[Loader.LoadedRow], any Error>, after problem: any Error
    ) async -> CommandFailure {
        while inFlight > 0 {
            // The first problem is the one to tell; later ones mostly repeat it.
            do { try await waitForOne(&group) } catch {}
        }
        var failure = CommandFailure(problem) ?? CommandFailure(.failed, nil)
        failure.message = (failure.message ?? "stopped") + "; rows loaded before it: \(rowsDone)"
        return failure
    }

    private mutating func send(_ group: inout ThrowingTaskGroup<[Loader.LoadedRow], any Error>) {
        guard !rows.isEmpty else { return }
        let (batch, put) = (rows, put)
        rows = []
        bytes = 0
        inFlight += 1
        group.addTask {
            try await put(batch)
            return batch
        }
    }

    private mutating func waitForOne(
        _ group: inout ThrowingTaskGroup<[Loader.LoadedRow], any Error>
    ) async throws {
        // Counted before the result is known: a batch that failed is no longer in flight either.
        inFlight -= 1
        guard let batch = try await group.next() else { return }
        for row in batch { keys.remove(row.key) }
        rowsDone += batch.count
        meter.report(rowsDone)
    }
}

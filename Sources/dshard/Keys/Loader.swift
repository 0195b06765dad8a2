/// Puts the rows of a stream of lines, some batches at a time, with bounded memory: the batches in flight, one more
/// that fills up, and one chunk of input.
///
/// Lines take effect in their order where that can be seen: before a key comes a second time, everything before it has
/// been written.
struct Loader {
    /// A key and its value.
    typealias LoadedRow = (key: [UInt8], value: [UInt8])

    /// How rows are read.
    var form: RowText.Form
    /// Where to say how far it is; nil is silence.
    var progress: OpenFile?
    /// Writes some rows; returns when all of them are acknowledged.
    var put: @Sendable ([LoadedRow]) async throws -> Void

    /// A batch goes out when it has this many rows or bytes.
    static let batchRowsMax = 2_000
    static let batchBytesMax = 1 << 20
    /// Batches that wait for their answer at the same time.
    static let batchesInFlightMax = 8

    init(form: RowText.Form, progress: OpenFile?, put: @escaping @Sendable ([LoadedRow]) async throws -> Void) {
        self.form = form
        self.progress = progress
        self.put = put
    }

    /// Loads all that `read` gives, until it gives nothing. Returns the number of rows. The error of a bad line names
    /// it, and says how many rows are there; so does the error of a failed write.
    @discardableResult
    func load(from read: () throws(CommandFailure) -> [UInt8]) async throws -> Int {
        let put = put
        let meter = LoadMeter(output: progress)
        return try await withThrowingTaskGroup(of: [LoadedRow].self) { group in
            var batches = LoadBatches(meter: meter, put: put)
            do {
                let problem = try await feed(&batches, &group, read)
                // The rows before a bad line are good.
                try await batches.finish(&group)
                if let problem { throw problem }
            } catch {
                throw await batches.settle(&group, after: error)
            }
            meter.finish()
            return batches.rowsDone
        }
    }

    /// Reads to the end, or to the first line that is no row: then the result says so.
    private func feed(
        _ batches: inout LoadBatches, _ group: inout ThrowingTaskGroup<[LoadedRow], any Error>,
        _ read: () throws(CommandFailure) -> [UInt8]
    ) async throws -> CommandFailure? {
        var lines = LineReader(lineBytesMax: RowText.lineBytesMax)
        var number = 1
        while true {
            switch lines.next() {
            case .needsMore:
                do throws(CommandFailure) {
                    let chunk = try read()
                    if chunk.isEmpty { lines.finish() } else { lines.append(chunk) }
                } catch {
                    return error
                }
            case .end:
                return nil
            case .tooLong:
                return Loader.failure(.lineTooLong, line: number)
            case .line(let line):
                let row: LoadedRow
                do throws(RowText.Problem) {
                    row = try RowText.parse(line, form)
                } catch {
                    return Loader.failure(error, line: number)
                }
                try await batches.add(row, &group)
                number += 1
            }
        }
    }

    private static func failure(_ problem: RowText.Problem, line: Int) -> CommandFailure {
        CommandFailure(.failed, "line \(line): \(problem.text)")
    }
}

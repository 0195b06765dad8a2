import Keyspace
import NIOCore
import Raft
package import Storage
package import Wire

/// Reads that may touch a disk, on a thread of the read pool. One snapshot per request of more than one key, taken
/// after the index was applied: multi-gets and scan pages are cuts (rule 25).
package struct DiskReader: Sendable {
    let store: any StateStore
    /// Replicated time of the state, in milliseconds: what is due by it is absent (rule 21).
    let appliedMilliseconds: UInt64
    /// The leader's own time, in milliseconds.
    let clusterMilliseconds: UInt64

    /// `appliedMilliseconds` is replicated time as applied, `clusterMilliseconds` the leader's own clock.
    package init(store: any StateStore, appliedMilliseconds: UInt64, clusterMilliseconds: UInt64) {
        self.store = store
        self.appliedMilliseconds = appliedMilliseconds
        self.clusterMilliseconds = clusterMilliseconds
    }

    /// What became of one read.
    package enum Outcome: Sendable {
        /// The answer.
        case body(ClientResponse.Body)
        /// Met a record that is due by the leader's clock but not by replicated time.
        case due
        /// The store could not be read.
        case failed(StorageError)

        /// Of the values and rows in the answer.
        fileprivate var byteCount: Int {
            switch self {
            case .body(.values(let list)): list.bytes.readableBytes
            case .body(.page(let page)): page.rows.readableBytes
            case .body, .due, .failed: 0
            }
        }
    }

    /// The values of one request together; a frame must hold them.
    private static let answerBytesMax = KeyLimits.clientFrameBytesMax - (64 << 10)

    /// Answers of this many bytes are handed out before more are made.
    private static let answersBytesMax = 2 << 20

    /// The outcomes of the task's reads, in their order: of the first at least, and of no more once the answers are
    /// large. Blocks.
    package func read(_ task: ReadTask) -> [Outcome] {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(task.reads.count)
        var byteCount = 0
        for read in task.reads where byteCount < Self.answersBytesMax {
            let outcome = self.outcome(of: read)
            byteCount += outcome.byteCount
            outcomes.append(outcome)
        }
        return outcomes
    }

    private func outcome(of read: PendingRead) -> Outcome {
        do throws(StorageError) {
            switch read.body {
            case .get(let get): return try values(get)
            case .scan(let scan): return try page(scan)
            }
        } catch {
            return .failed(error)
        }
    }

    private func values(_ get: GetRequest) throws(StorageError) -> Outcome {
        let snapshot = try store.snapshot()
        var list = ValueList()
        var isDue = false
        var failure: StorageError?
        var keys = get.keys.cursor()
        while let key = keys.next() {
            var isLive = false
            _ = try snapshot.get(get.keys.bytes.readableBytesSpan.extracting(key), tier: .disk) { stored in
                do throws(StorageError) {
                    let header = try DataValue.decode(stored)
                    guard isVisible(header, &isDue) else { return }
                    isLive = true
                    list.append(version: header.version, value: stored.extracting(droppingFirst: header.valueOffset))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if !isLive { list.appendAbsent() }
            guard list.bytes.readableBytes <= Self.answerBytesMax else {
                let limit = "an answer has at most \(Self.answerBytesMax) bytes: ask for fewer keys at once"
                return .body(.failure(.invalidRequest(limit)))
            }
        }
        return isDue ? .due : .body(.values(list))
    }

    private func isVisible(_ header: DataValue.Header, _ isDue: inout Bool) -> Bool {
        guard let expiry = header.expiry else { return true }
        if expiry <= appliedMilliseconds { return false }
        if expiry <= clusterMilliseconds { isDue = true }
        return true
    }

    private func page(_ scan: ScanRequest) throws(StorageError) -> Outcome {
        let rowLimit =
            scan.rowLimit == 0 ? KeyLimits.scanPageRowsMax : min(Int(scan.rowLimit), KeyLimits.scanPageRowsMax)
        let byteLimit =
            scan.byteLimit == 0 ? KeyLimits.scanPageBytesMax : min(Int(scan.byteLimit), KeyLimits.scanPageBytesMax)
        let snapshot = try store.snapshot()
        var page = ScanPage()
        var isDue = false
        var failure: StorageError?
        var last: [UInt8]?
        var isFull = false
        try scan.start.bytes.withBytes { (start) throws(StorageError) in
            try scan.end.bytes.withBytes { (end) throws(StorageError) in
                try snapshot.iterate(from: start, to: end, reverse: scan.isReverse) { key, stored in
                    if page.rowCount >= UInt32(rowLimit) || page.rows.readableBytes >= byteLimit {
                        isFull = true
                        if scan.isReverse == false { last = [UInt8](copying: key) }
                        return false
                    }
                    if isPlanted(.pageMissesRow), page.rowCount == 3 { return false }
                    do throws(StorageError) {
                        let header = try DataValue.decode(stored)
                        guard isVisible(header, &isDue) else { return true }
                        let value = stored.extracting(droppingFirst: header.valueOffset)
                        page.append(
                            key: key, value: scan.keysOnly ? RawSpan() : value, version: header.version)
                        if scan.isReverse { last = [UInt8](copying: key) }
                        return true
                    } catch {
                        failure = error
                        return false
                    }
                }
            }
        }
        if let failure { throw failure }
        if isDue { return .due }
        // Forward: the first key of the next page. Reverse: the last key of this one, as an exclusive bound.
        if isFull, let last { page.resume = Key(last) }
        return .body(.page(page))
    }
}

import Keyspace
import NIOCore
import Wire

/// The rows between two keys, in order, across all shards. Pages are fetched as rows are taken, at most one ahead.
/// Rows of a page are of one moment; later pages are of later ones. Splits, moves and changes of leaders on the way
/// are followed: no row is left out or comes twice.
public struct ScanSequence: AsyncSequence, Sendable {
    /// What the sequence is made of.
    public typealias Element = Row
    /// How it can end early.
    public typealias Failure = ClientError

    let client: DShardClient
    let request: PageRequest
    /// Rows in all; nil for no limit.
    let limit: Int?

    /// Begins the scan; each iterator is a scan of its own.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// A place in a scan.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: DShardClient
        private var page: ScanPage.Cursor?
        private var rows: ScanPage?
        private var left: Int
        private var ahead: Task<Answer, Never>?
        /// What follows the page that is under way or being read; nil at the end.
        private var request: PageRequest?

        init(_ sequence: ScanSequence) {
            client = sequence.client
            left = sequence.limit ?? .max
            request = sequence.request.start < sequence.request.end ? sequence.request : nil
        }

        /// The next row; nil after the last.
        public mutating func next() async throws(ClientError) -> Row? {
            guard left > 0 else { return nil }
            while true {
                if let view = page?.next(), let rows {
                    left -= 1
                    return Iterator.row(view, of: rows)
                }
                page = nil
                rows = nil
                guard try await nextPage() else { return nil }
            }
        }

        /// Whether there was another page.
        private mutating func nextPage() async throws(ClientError) -> Bool {
            startPage()
            guard let task = ahead else { return false }
            ahead = nil
            switch await task.value {
            case .page(let found, let resume):
                advance(to: resume)
                rows = found
                page = found.cursor()
                if left > Int(found.rowCount) { startPage() }
                return true
            case .failure(let error):
                request = nil
                throw error
            default:
                request = nil
                throw .strangeAnswer
            }
        }

        private mutating func startPage() {
            guard ahead == nil, var request else { return }
            request.rowLimit = UInt32(clamping: Swift.min(left, KeyLimits.scanPageRowsMax))
            let (client, page) = (client, request)
            ahead = Task { await client.perform(.scan(page), key: nil, byteCount: 0) }
        }

        private mutating func advance(to resume: Key?) {
            guard let resume else {
                request = nil
                return
            }
            if request?.isReverse == true { request?.end = resume } else { request?.start = resume }
        }

        private static func row(_ view: ScanPage.RowView, of page: ScanPage) -> Row {
            let start = page.rows.readerIndex
            // Without the space byte.
            let key = page.rows.getBytes(at: start + view.key.lowerBound + 1, length: Swift.max(0, view.key.count - 1))
            let value = page.rows.getBytes(at: start + view.value.lowerBound, length: view.value.count)
            return Row(key: key ?? [], value: value ?? [], version: Version(view.version.rawValue))
        }
    }
}

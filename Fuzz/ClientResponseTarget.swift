import NIOCore
import Wire

extension FuzzTarget {
    /// Answers to clients: write results, values, pages, route tables, node status, failures.
    static let clientResponse = FuzzTarget(name: "client-response") { input in
        Check.recodeFrame(
            input, .client,
            decode: { (frame) throws -> ClientResponse in
                let response = try ClientResponse.decode(frame)
                inspect(response)
                return response
            },
            encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        try Samples.responses().map { response in try Check.content(.client) { response.encode(into: &$0) } }
    }

    private static func inspect(_ response: ClientResponse) {
        switch response.body {
        case .values(let list):
            var cursor = list.cursor()
            var count = 0
            while let item = cursor.next() {
                count += 1
                if case .found(let view) = item { _ = list.bytes.readableBytesSpan.extracting(view.value) }
            }
            Check.that(count == Int(list.count), "values are missing")
        case .page(let page):
            var cursor = page.cursor()
            var count = 0
            while let row = cursor.next() {
                count += 1
                _ = page.rows.readableBytesSpan.extracting(row.key)
                _ = page.rows.readableBytesSpan.extracting(row.value)
            }
            Check.that(count == Int(page.rowCount), "rows are missing")
        case .written, .routes, .status, .descriptor, .descriptors, .placement, .checked, .failure: break
        }
    }
}

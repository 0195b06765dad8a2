import Keyspace
import NIOCore
import Testing
import Wire

/// What a receiver may rely on when it has walked through a chunk.
@Suite struct SnapshotRowsTests {
    @Test func rowsComeBackInOrder() throws {
        let chunk = Samples.rows
        let span = chunk.readableBytesSpan
        var cursor = SnapshotRows(chunk)
        var keys: [[UInt8]] = []
        var values: [[UInt8]] = []
        while let row = try cursor.next() {
            keys.append(Key(copying: span.extracting(row.key)).bytes)
            values.append(Key(copying: span.extracting(row.value)).bytes)
        }
        #expect(keys == [[0x02, 0x61], [0x02, 0x61, 0x00], [0x02, 0x62]])
        #expect(values == [[0x01], [], [0x02, 0x03]])
    }

    private static let descents: [[[UInt8]]] = [
        [[0x02, 0x62], [0x02, 0x61]], [[0x02], [0x02]], [[0x02, 0x61, 0x00], [0x02, 0x61]],
    ]

    @Test(arguments: descents) func keysThatDoNotAscendAreAnError(_ keys: [[UInt8]]) throws {
        var chunk = ByteBuffer()
        for key in keys { append(key, to: &chunk) }
        var cursor = SnapshotRows(chunk)
        #expect(try cursor.next() != nil)
        #expect(throws: WireError.badValue("order of a snapshot's rows")) { try cursor.next() }
    }

    @Test func everyTruncationIsAnErrorOrEndsBetweenRows() throws {
        let whole = Samples.rows
        var ends = 0
        for count in 1..<whole.readableBytes {
            var cursor = SnapshotRows(ByteBuffer(bytes: whole.readableBytesView.prefix(count)))
            do throws(WireError) {
                while try cursor.next() != nil {}
                ends += 1
            } catch {
                #expect(error == .truncated)
            }
        }
        #expect(ends == 2)
    }

    /// No memory is taken for a length that cannot be.
    @Test func lengthsBeyondTheLimitsAreErrors() {
        var chunk = ByteBuffer()
        chunk.writeLittle(UInt16.max)
        var cursor = SnapshotRows(chunk)
        #expect(throws: WireError.self) { try cursor.next() }
        chunk = ByteBuffer(bytes: [1, 0, 0x02])
        chunk.writeLittle(UInt32.max)
        cursor = SnapshotRows(chunk)
        #expect(throws: WireError.self) { try cursor.next() }
    }

    /// Two sides that agree on the progress agree on every byte.
    @Test func theProgressNamesEveryByte() {
        let first = SnapshotProgress().advanced(by: ByteBuffer(bytes: [1, 2])).advanced(by: ByteBuffer(bytes: [3]))
        let other = SnapshotProgress().advanced(by: ByteBuffer(bytes: [1])).advanced(by: ByteBuffer(bytes: [2, 4]))
        #expect(first.chunks == 2 && other.chunks == 2)
        #expect(first != other)
        #expect(first.checksum == Checksum.crc32c(ByteBuffer(bytes: [1, 2, 3])))
    }

    private func append(_ key: [UInt8], to chunk: inout ByteBuffer) {
        let key = ByteBuffer(bytes: key)
        SnapshotRows.append(key: key.readableBytesSpan, value: ByteBuffer().readableBytesSpan, to: &chunk)
    }
}

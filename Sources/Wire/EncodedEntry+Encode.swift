package import NIOCore
package import Raft

extension EncodedEntry {
    /// The record of `entry`: a copy-free reference for a payload, fresh bytes for the others.
    package static func encode(_ entry: Entry<EncodedEntry>) -> ByteBuffer {
        if case .payload(let payload) = entry.content { return payload.bytes }
        var buffer = ByteBuffer()
        encode(entry, into: &buffer)
        return buffer
    }

    /// Appends the record of `entry` to `buffer`. See `EntryLayout`.
    package static func encode(_ entry: Entry<EncodedEntry>, into buffer: inout ByteBuffer) {
        switch entry.content {
        case .payload(let payload):
            assert(payload.hasPosition(term: entry.term, index: entry.index), "an entry was moved after its encoding")
            buffer.writeImmutableBuffer(payload.bytes)
        case .empty:
            let start = beginRecord(kind: EntryLayout.kindEmpty, entry.term, entry.index, in: &buffer)
            endRecord(start, in: &buffer)
        case .configuration(let configuration):
            let start = beginRecord(kind: EntryLayout.kindConfiguration, entry.term, entry.index, in: &buffer)
            buffer.writeConfiguration(configuration)
            endRecord(start, in: &buffer)
        }
    }

    static func beginRecord(kind: UInt8, _ term: Term, _ index: LogIndex, in buffer: inout ByteBuffer) -> Int {
        let start = buffer.writerIndex
        buffer.writeMultipleIntegers(
            UInt64(0), EntryLayout.format, kind, term.rawValue, index.rawValue, endianness: .little)
        return start
    }

    /// Fills length and checksum in; the record is everything from `start` on.
    static func endRecord(_ start: Int, in buffer: inout ByteBuffer) {
        let content = start + EntryLayout.checksummedStart
        let length = buffer.writerIndex - content
        let first = content - buffer.readerIndex
        let checksum = Checksum.crc32c(buffer.readableBytesSpan.extracting(first..<(first + length)))
        buffer.setInteger(UInt32(truncatingIfNeeded: length), at: start, endianness: .little)
        buffer.setInteger(checksum, at: start + 4, endianness: .little)
    }

    private func hasPosition(term: Term, index: LogIndex) -> Bool {
        let start = bytes.readerIndex
        return bytes.getInteger(at: start + EntryLayout.termOffset, endianness: .little) == term.rawValue
            && bytes.getInteger(at: start + EntryLayout.indexOffset, endianness: .little) == index.rawValue
    }
}

import Keyspace
package import NIOCore

extension ByteBuffer {
    /// labels := count:u32 (name:text value:text)*, in ascending order of the names' UTF-8 bytes
    package mutating func writeLabels(_ labels: [String: String]) {
        let sorted = labels.sorted { ByteOrder.compare(Array($0.key.utf8), Array($1.key.utf8)) < 0 }
        writeList(sorted) { buffer, label in
            buffer.writeText(label.key)
            buffer.writeText(label.value)
        }
    }
}

extension WireReader {
    /// The labels that `ByteBuffer.writeLabels` wrote; another order, or a name twice, is an error.
    package mutating func readLabels() throws(WireError) -> [String: String] {
        var labels: [String: String] = [:]
        var previous: [UInt8]?
        for _ in 0..<(try readCount(elementBytesMin: 4)) {
            let name = try readText()
            let bytes = Array(name.utf8)
            if let previous, ByteOrder.compare(previous, bytes) >= 0 { throw .badValue("label") }
            // Two spellings of the same characters are one name to a dictionary, though their bytes differ.
            guard labels.updateValue(try readText(), forKey: name) == nil else { throw .badValue("label") }
            previous = bytes
        }
        return labels
    }
}

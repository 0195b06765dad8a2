import Storage

/// Rows by name, for checks.
struct Row: Equatable, CustomStringConvertible {
    var key: String
    var value: String

    init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    var description: String { "\(key)=\(value)" }
}

extension StateBatch {
    func put(_ key: String, _ value: String, header: String = "") {
        Array(key.utf8).withBytes { key in
            Array(header.utf8).withBytes { header in
                Array(value.utf8).withBytes { put(key, header: header, value: $0) }
            }
        }
    }

    func delete(_ key: String) { Array(key.utf8).withBytes { delete($0) } }

    func deleteRange(_ from: String, _ to: String) {
        Array(from.utf8).withBytes { from in Array(to.utf8).withBytes { deleteRange(from: from, to: $0) } }
    }
}

extension StateStore {
    /// A new batch with these changes, written.
    func change(writer: UInt8 = 1, _ body: (any StateBatch) -> Void) throws {
        let batch = makeBatch()
        body(batch)
        try write(batch, writer: writer)
    }

    func value(_ key: String) throws -> String? {
        var value: String?
        let outcome = try Array(key.utf8).withBytes { key throws(StorageError) in
            try get(key, tier: .disk) { value = String(decoding: [UInt8](copying: $0), as: UTF8.self) }
        }
        try expect(outcome, value == nil ? .absent : .found, "outcome for \(key)")
        return value
    }
}

extension StateSnapshot {
    func value(_ key: String) throws -> String? {
        var value: String?
        _ = try Array(key.utf8).withBytes { key throws(StorageError) in
            try get(key, tier: .disk) { value = String(decoding: [UInt8](copying: $0), as: UTF8.self) }
        }
        return value
    }

    /// The rows that a scan shows, at most `limit`.
    func scanned(_ from: String, _ to: String, limit: Int = .max) throws -> [Row] {
        var rows: [Row] = []
        try Array(from.utf8).withBytes { from throws(StorageError) in
            try Array(to.utf8).withBytes { to throws(StorageError) in
                try scan(from: from, to: to) { key, value in
                    rows.append(
                        Row(
                            String(decoding: [UInt8](copying: key), as: UTF8.self),
                            String(decoding: [UInt8](copying: value), as: UTF8.self)))
                    return rows.count < limit
                }
            }
        }
        return rows
    }

    /// The rows of a range, at most `limit`.
    func rows(_ from: String, _ to: String, reverse: Bool = false, limit: Int = .max) throws -> [Row] {
        var rows: [Row] = []
        try Array(from.utf8).withBytes { from throws(StorageError) in
            try Array(to.utf8).withBytes { to throws(StorageError) in
                try iterate(from: from, to: to, reverse: reverse) { key, value in
                    rows.append(
                        Row(
                            String(decoding: [UInt8](copying: key), as: UTF8.self),
                            String(decoding: [UInt8](copying: value), as: UTF8.self)))
                    return rows.count < limit
                }
            }
        }
        return rows
    }
}

import Foundation

/// Reads the JSON lines of `dshard bench --history`.
///
/// Written by hand for the flat objects of that file: half a million lines take about a second, where a general JSON
/// decoder takes half a minute. Fields may come in any order; unknown ones are skipped.
package struct HistoryReader {
    /// A line that is not what the command line's contract promises.
    package struct ParseError: Error, CustomStringConvertible {
        /// Counted from 1.
        package var line: Int
        /// What was expected.
        package var message: String
        package var description: String { "history line \(line): \(message)" }
    }

    private var bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// The operations of the file at `path`, in its order.
    package static func read(path: String) throws -> [HistoryOperation] {
        try parse(Array(Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// The operations of `bytes`, one JSON object a line; empty lines are skipped.
    package static func parse(_ bytes: [UInt8]) throws(ParseError) -> [HistoryOperation] {
        var reader = HistoryReader(bytes: bytes)
        var operations: [HistoryOperation] = []
        while reader.skipToObject() {
            operations.append(try reader.operation())
        }
        return operations
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }
}

extension HistoryReader {
    private mutating func operation() throws(ParseError) -> HistoryOperation {
        var client: UInt64 = 0
        var kind: HistoryOperation.Kind?
        var outcome: HistoryOperation.Outcome?
        var key: String?
        var value: String?
        var expect: String?
        var found: String?
        var start: UInt64?
        var end: UInt64?
        try take("{")
        repeat {
            let name = try text()
            try take(":")
            switch name {
            case "client": client = try number()
            case "op": kind = HistoryOperation.Kind(rawValue: try text())
            case "outcome": outcome = HistoryOperation.Outcome(rawValue: try text())
            case "key": key = try text()
            case "value": value = try optionalText()
            case "expect": expect = try optionalText()
            case "found": found = try optionalText()
            case "start_ns": start = try number()
            case "end_ns": end = try number()
            default: try skipValue()
            }
        } while taken(",")
        try take("}")
        guard let kind, let outcome, let key, let start, let end else {
            throw failure("op, outcome, key, start_ns and end_ns are needed")
        }
        return HistoryOperation(
            client: Int(clamping: client), kind: kind, key: key, value: value, expect: expect, found: found,
            outcome: outcome, start: start, end: end)
    }

    private func failure(_ message: String) -> ParseError { ParseError(line: line, message: message) }

    /// Goes to the next object; false at the end of the file.
    private mutating func skipToObject() -> Bool {
        skipSpace()
        return position < bytes.count
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            position += 1
        }
    }

    private mutating func taken(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) throws(ParseError) {
        guard taken(character) else { throw failure("'\(character)' expected") }
    }

    private mutating func number() throws(ParseError) -> UInt64 {
        skipSpace()
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        guard let number = UInt64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw failure("a whole number expected")
        }
        return number
    }

    private mutating func optionalText() throws(ParseError) -> String? {
        skipSpace()
        guard bytes[position...].starts(with: "null".utf8) else { return try text() }
        position += 4
        return nil
    }

    private mutating func text() throws(ParseError) -> String {
        try take("\"")
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
            case UInt8(ascii: "\\"):
                position = start
                return try escapedText()
            case UInt8(ascii: "\n"):
                throw failure("a string does not end")
            default:
                position += 1
            }
        }
        throw failure("a string does not end")
    }

    /// The slow path: a string with an escape in it, of which only the rare ones come here.
    private mutating func escapedText() throws(ParseError) -> String {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else { throw failure("a string does not end") }
        position += 1
        let literal = Data([UInt8(ascii: "\"")] + bytes[start..<position])
        guard let text = try? JSONDecoder().decode(String.self, from: literal) else {
            throw failure("a string has an escape that JSON does not know")
        }
        return text
    }

    private mutating func skipValue() throws(ParseError) {
        skipSpace()
        guard position < bytes.count else { throw failure("a value expected") }
        if bytes[position] == UInt8(ascii: "\"") {
            _ = try text()
            return
        }
        let ends: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "\n")]
        while position < bytes.count, !ends.contains(bytes[position]) { position += 1 }
    }
}

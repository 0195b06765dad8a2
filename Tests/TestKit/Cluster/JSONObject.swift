import Foundation

/// One JSON document, looked into by name.
package struct JSONObject {
    private let value: Any?

    /// Reads the text; throws when it is no JSON.
    package init(_ text: String) throws {
        value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
    }

    private init(value: Any?) { self.value = value }

    /// What an object has under a name; every question to what is not there has the answer nil.
    package subscript(_ name: String) -> JSONObject { JSONObject(value: (value as? [String: Any])?[name]) }

    /// The whole number here.
    package var int: Int? { (value as? NSNumber)?.intValue }
    /// The number here.
    package var double: Double? { (value as? NSNumber)?.doubleValue }
    /// The text here.
    package var string: String? { value as? String }
    /// The elements of the array here.
    package var array: [JSONObject]? { (value as? [Any])?.map { JSONObject(value: $0) } }
    /// The names of the object here.
    package var names: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
}

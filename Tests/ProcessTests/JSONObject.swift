import Foundation

/// One JSON document, looked into by name.
struct JSONObject {
    private let value: Any?

    init(_ text: String) throws {
        value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
    }

    private init(value: Any?) { self.value = value }

    subscript(_ name: String) -> JSONObject { JSONObject(value: (value as? [String: Any])?[name]) }

    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var string: String? { value as? String }
    var array: [JSONObject]? { (value as? [Any])?.map { JSONObject(value: $0) } }
    var names: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
}

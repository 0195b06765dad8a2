/// What the value of a flag, a variable or a line of the config file can be read as.
protocol SettingValue: Sendable {
    /// What the text has to be, with an example; ends the error message.
    static var expectation: String { get }

    /// Nil when `text` is not one.
    init?(setting text: String)
}

extension String: SettingValue {
    static var expectation: String { "a text that is not empty" }

    init?(setting text: String) {
        guard !text.isEmpty else { return nil }
        self = text
    }
}

extension Int: SettingValue {
    static var expectation: String { "a whole number" }

    init?(setting text: String) { self.init(text) }
}

extension UInt64: SettingValue {
    static var expectation: String { "a whole number that is not negative" }

    init?(setting text: String) { self.init(text) }
}

extension Double: SettingValue {
    static var expectation: String { "a number" }

    init?(setting text: String) {
        guard let number = Double(text), number.isFinite else { return nil }
        self = number
    }
}

extension Bool: SettingValue {
    static var expectation: String { "true or false" }

    init?(setting text: String) {
        switch text.lowercased() {
        case "true", "1", "yes", "on": self = true
        case "false", "0", "no", "off": self = false
        default: return nil
        }
    }
}

/// A choice between words.
protocol SettingChoice: SettingValue, CaseIterable, RawRepresentable where RawValue == String {}

extension SettingChoice {
    static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }

    init?(setting text: String) { self.init(rawValue: text) }
}

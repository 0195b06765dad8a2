/// Where the value of a flag comes from when the command line is silent: the flag beats the environment, which beats
/// the config file, which beats the default.
struct Settings: Sendable {
    /// The variables whose names begin with `DSHARD_`.
    private var environment: [String: String]
    /// The config file's entries by flag name, and the file's name for messages.
    var file: [String: String]
    var fileName: String

    /// `environment` is the whole environment; only what begins with `DSHARD_` is looked at.
    init(environment: [String: String], file: [String: String] = [:], fileName: String = "") {
        self.environment = environment.filter { $0.key.hasPrefix("DSHARD_") }
        self.file = file
        self.fileName = fileName
    }

    /// The variable that stands for the flag `name`: `DSHARD_DATA_DIR` for `data-dir`.
    static func variable(of name: String) -> String {
        "DSHARD_" + name.uppercased().replacing("-", with: "_")
    }

    /// The value of the flag `name`, or nil when nobody sets it. Throws when the winning text is not a `Value`.
    func optional<Value: SettingValue>(
        _ flag: String?, _ name: String, as type: Value.Type = Value.self
    ) throws(CommandFailure) -> Value? {
        guard let (text, origin) = text(flag, name) else { return nil }
        guard let value = Value(setting: text) else {
            throw .usage("\(origin): '\(text)' is not \(Value.expectation)")
        }
        return value
    }

    /// The value of the flag `name`, or `standard` when nobody sets it.
    func value<Value: SettingValue>(
        _ flag: String?, _ name: String, default standard: Value
    ) throws(CommandFailure) -> Value {
        try optional(flag, name) ?? standard
    }

    /// Like the other, for a number with limits.
    func value<Value: SettingValue & Comparable>(
        _ flag: String?, _ name: String, default standard: Value, in limits: ClosedRange<Value>
    ) throws(CommandFailure) -> Value {
        let value = try optional(flag, name) ?? standard
        guard limits.contains(value) else {
            let origin = text(flag, name)?.origin ?? "--" + name
            throw .usage("\(origin): \(value) is not between \(limits.lowerBound) and \(limits.upperBound)")
        }
        return value
    }

    /// Whether the switch `name` is on; a switch on the command line can only turn it on.
    func isOn(_ flag: Bool, _ name: String) throws(CommandFailure) -> Bool {
        if flag { return true }
        return try value(nil, name, default: false)
    }

    /// The winning text and where it was written.
    func text(_ flag: String?, _ name: String) -> (text: String, origin: String)? {
        if let flag { return (flag, "--" + name) }
        let variable = Settings.variable(of: name)
        if let text = environment[variable] { return (text, variable) }
        if let text = file[name] { return (text, "\(fileName), \"\(name)\"") }
        return nil
    }

    /// The `DSHARD_` variables that stand for no flag of any command, sorted.
    func unknownVariables(knownFlags: some Sequence<String>) -> [String] {
        let known = Set(knownFlags.map(Settings.variable(of:)))
        return environment.keys.filter { !known.contains($0) }.sorted()
    }
}

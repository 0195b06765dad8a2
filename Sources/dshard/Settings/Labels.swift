/// What an operator says about a node, for placement: `zone=a,rack=1`. In the order of the names, each once.
struct Labels: Sendable, SettingValue {
    static let expectation = "labels with different names, for example zone=a,rack=1"

    var pairs: [(name: String, value: String)]

    init?(setting text: String) {
        pairs = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let name = String(part[..<equals]).trimmed
            let value = String(part[part.index(after: equals)...]).trimmed
            guard !name.isEmpty, !value.isEmpty, !pairs.contains(where: { $0.name == name }) else { return nil }
            pairs.append((name, value))
        }
        pairs.sort { $0.name < $1.name }
    }
}

/// Why a node does not take another one in, as the line of `FormationReply.refused` says it; the prefix of the line
/// tells the new node what to do.
enum JoinRefusal: Equatable {
    /// Ask the node at this address.
    case ask(String)
    /// Ask again in a while.
    case wait(String)
    /// Asking again would not help; the line tells the operator what does.
    case final(String)

    private static let askPrefix = "ask "
    private static let waitPrefix = "wait: "

    init(line: String) {
        if line.hasPrefix(Self.askPrefix) {
            self = .ask(String(line.dropFirst(Self.askPrefix.count)))
        } else if line.hasPrefix(Self.waitPrefix) {
            self = .wait(String(line.dropFirst(Self.waitPrefix.count)))
        } else {
            self = .final(line)
        }
    }

    /// The line on the wire.
    var line: String {
        switch self {
        case .ask(let address): Self.askPrefix + address
        case .wait(let reason): Self.waitPrefix + reason
        case .final(let reason): reason
        }
    }
}

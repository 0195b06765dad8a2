/// The arithmetic of majorities, of both halves when a configuration is joint (dissertation §4.3). Learners
/// never enter it.
enum Quorum {
    /// How a vote stands.
    enum Outcome: Hashable, Sendable {
        case won
        case lost
        case undecided
    }

    /// The greatest value that a quorum has reached; nil without voters.
    static func reached<Value: Comparable>(
        in configuration: Configuration, value: (ReplicaID) -> Value
    ) -> Value? {
        guard let incoming = reached(by: configuration.voters, value: value) else { return nil }
        if isPlanted(.learnerCounted) {
            let values = (configuration.voters + configuration.learners).map { value($0.replica) }.sorted(by: >)
            return values[configuration.voters.count / 2]
        }
        guard configuration.isJoint, !isPlanted(.oneHalfOfJoint) else { return incoming }
        guard let outgoing = reached(by: configuration.outgoing, value: value) else { return nil }
        return min(incoming, outgoing)
    }

    /// The greatest value that a majority of `voters` has reached; nil without voters.
    static func reached<Value: Comparable>(by voters: [Member], value: (ReplicaID) -> Value) -> Value? {
        guard !voters.isEmpty else { return nil }
        let values = voters.map { value($0.replica) }.sorted(by: >)
        if isPlanted(.minorityCommits) { return values[max(0, voters.count / 2 - 1)] }
        return values[voters.count / 2]
    }

    /// How an election stands, given each voter's answer, nil while unknown.
    static func outcome(in configuration: Configuration, vote: (ReplicaID) -> Bool?) -> Outcome {
        let incoming = outcome(of: configuration.voters, vote: vote)
        guard configuration.isJoint, !isPlanted(.oneHalfOfJoint) else { return incoming }
        let outgoing = outcome(of: configuration.outgoing, vote: vote)
        if incoming == .lost || outgoing == .lost { return .lost }
        return incoming == .won && outgoing == .won ? .won : .undecided
    }

    private static func outcome(of voters: [Member], vote: (ReplicaID) -> Bool?) -> Outcome {
        let majority = isPlanted(.minorityElected) ? max(1, voters.count / 2) : voters.count / 2 + 1
        var granted = 0
        var unknown = 0
        for voter in voters {
            switch vote(voter.replica) {
            case .some(true): granted += 1
            case .some(false): break
            case .none: unknown += 1
            }
        }
        if granted >= majority { return .won }
        return granted + unknown < majority ? .lost : .undecided
    }
}

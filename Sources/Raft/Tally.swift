/// The answers to one round of vote or pre-vote requests.
struct Tally: Sendable {
    private var answers: [(voter: ReplicaID, isGranted: Bool)] = []

    /// Counts an answer; a second one from the same replica changes nothing.
    mutating func record(_ isGranted: Bool, from voter: ReplicaID) {
        guard self[voter] == nil else { return }
        answers.append((voter, isGranted))
    }

    /// The answer of `voter`, nil while there is none.
    subscript(voter: ReplicaID) -> Bool? {
        answers.first { $0.voter == voter }?.isGranted
    }

    /// How the round stands under `configuration`; answers of others count for nothing.
    func outcome(in configuration: Configuration) -> Quorum.Outcome {
        Quorum.outcome(in: configuration) { self[$0] }
    }
}

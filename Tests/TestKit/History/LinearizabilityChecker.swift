/// Decides whether a history of puts, gets, deletes and compare-and-sets is linearizable.
///
/// Linearizability is a property of each key by itself (Herlihy and Wing, theorem 1), so every key is one register and
/// one search of its own. `RegisterProblem` turns a key's operations into the shortest equivalent problem,
/// `RegisterSearch` looks for an order, after Wing and Gong with the memory of Lowe ("Testing for linearizability").
package struct LinearizabilityChecker: Sendable {
    /// How many steps the search of one key may take before it is given up.
    package var stepLimitPerKey = 20_000_000

    /// Whether a cas that failed says that its condition was false at some moment between call and answer. Switch it
    /// off for a history in which "failed" may also mean that the cas was refused.
    package var failedCASReads = true

    /// A checker with the limits above.
    package init() {}

    /// The verdict on `operations`, in which every key begins absent. The first offending key is reported, in the order
    /// in which the history names keys.
    package func check(_ operations: [HistoryOperation]) -> LinearizabilityVerdict {
        var groups: [[HistoryOperation]] = []
        var groupOfKey: [String: Int] = [:]
        for operation in operations {
            if let group = groupOfKey[operation.key] {
                groups[group].append(operation)
            } else {
                groupOfKey[operation.key] = groups.count
                groups.append([operation])
            }
        }
        for group in groups {
            let verdict = checkKey(group)
            guard verdict == .linearizable else { return verdict }
        }
        return .linearizable
    }

    private func checkKey(_ operations: [HistoryOperation]) -> LinearizabilityVerdict {
        do throws(RegisterProblem.Contradiction) {
            let problem = try RegisterProblem(operations, failedCASReads: failedCASReads)
            var search = RegisterSearch(problem, stepLimit: stepLimitPerKey)
            switch search.run() {
            case .found:
                return .linearizable
            case .exhausted(let blocked, let value):
                let culprits = [problem.lastReader(of: value), blocked].compactMap(\.self)
                return violation(
                    operations, around: culprits.map { problem.operations[$0].source },
                    "no order of the operations allows")
            case .gaveUp:
                return .undecided(key: operations[0].key)
            }
        } catch {
            return violation(operations, around: error.operations, error.reason)
        }
    }
}

extension LinearizabilityChecker {
    /// How many operations a violation shows at most.
    private static let windowMax = 12

    /// The operations named, who wrote what they saw, and what overlaps them, in the order of their calls.
    private func violation(
        _ all: [HistoryOperation], around culprits: [Int], _ reason: String
    ) -> LinearizabilityVerdict {
        let center = all[culprits[0]]
        var window = culprits
        let seen = [center.found, center.expect].compactMap(\.self)
        func add(_ belongs: (HistoryOperation) -> Bool) {
            for index in all.indices where window.count < Self.windowMax {
                if belongs(all[index]), !window.contains(index) { window.append(index) }
            }
        }
        add { $0.kind != .get && $0.value.map(seen.contains) == true }
        add { $0.start <= center.end && $0.end >= center.start && $0.outcome != .failed }
        let shown = window.map { all[$0] }.sorted { ($0.start, $0.end, $0.client) < ($1.start, $1.end, $1.client) }
        return .violation(key: center.key, reason: "\(reason): \(center)", operations: shown)
    }
}

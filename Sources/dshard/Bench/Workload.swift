/// What the clients of a benchmark do.
enum Workload: String, SettingChoice {
    /// Writes, over and over.
    case put
    /// Reads; the keys are put first where they are missing.
    case get
    /// Reads, writes, deletes and compare-and-sets, every written value unique.
    case mixed
    /// YCSB core workloads (Cooper et al., 2010): half reads, half updates.
    case ycsbA = "ycsb-a"
    /// 95 % reads, 5 % updates.
    case ycsbB = "ycsb-b"
    /// Reads only.
    case ycsbC = "ycsb-c"
    /// 95 % reads of what came last, 5 % inserts.
    case ycsbD = "ycsb-d"
    /// 95 % scans of up to 100 rows, 5 % inserts.
    case ycsbE = "ycsb-e"
    /// Half reads, half read-modify-writes.
    case ycsbF = "ycsb-f"

    /// Whether the keys must be there before the clock starts.
    var needsKeys: Bool { self != .put && self != .mixed }

    /// How keys are chosen when the command line does not say.
    var standardDistribution: KeyDistribution.Kind {
        switch self {
        case .put, .get, .mixed: .uniform
        case .ycsbA, .ycsbB, .ycsbC, .ycsbD, .ycsbE, .ycsbF: .zipfian
        }
    }

    /// Draws the next step. The second half of a compare-and-set is not drawn: it follows its read.
    func next(_ random: inout BenchRandom) -> Step {
        let draw = random.below(100)
        switch self {
        case .put: return .put
        case .get, .ycsbC: return .get
        case .mixed:
            switch draw {
            case 0..<30: return .get
            case 30..<55: return .getThenCompareAndSet
            case 55..<85: return .put
            default: return .delete
            }
        case .ycsbA: return draw < 50 ? .get : .put
        case .ycsbB: return draw < 95 ? .get : .put
        case .ycsbD: return draw < 95 ? .getLatest : .insert
        case .ycsbE: return draw < 95 ? .scan(rows: 1 + Int(random.below(100))) : .insert
        case .ycsbF: return draw < 50 ? .get : .readModifyWrite
        }
    }

    /// What a client does next.
    enum Step: Equatable, Sendable {
        case get
        /// Reads a key among those inserted last.
        case getLatest
        /// Reads a key, and as the next operation replaces what was read.
        case getThenCompareAndSet
        case put
        case delete
        /// Puts a key after all others.
        case insert
        case scan(rows: Int)
        /// A get and a put of the same key, measured as one operation.
        case readModifyWrite
    }
}

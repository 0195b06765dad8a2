import Host
import Keyspace
import NIOCore
import Storage
import Synchronization
import Wire

/// Gets of one key each whose index is applied, to be answered from memtable and block cache. Each is answered by
/// whoever takes it first: the lane, and a thread of the read pool beside it when there are many, so that a lane in a
/// hurry uses a second core and never waits for it.
///
/// Owner: a copy of the reference for each of the two; nothing but the next number to take changes.
final class WarmReads: Sendable {
    /// A get that waits for its answer.
    struct Get: Sendable {
        let reference: RequestReference
        let request: GetRequest
        /// Where the key stands in the request's bytes.
        let key: Range<Int>
        /// Which of the turn's tasks it belongs to.
        let task: Int
    }

    /// What the gets of one replica have in common.
    struct Task: Sendable {
        let generation: ReadGeneration
        /// Replicated time of the state, in milliseconds: what is due by it is absent (rule 21).
        let applied: Timestamp
    }

    let gets: [Get]
    let tasks: [Task]
    private let store: any StateStore
    /// The leader's own time.
    private let clusterMilliseconds: UInt64
    private let next = Atomic<Int>(0)

    /// How many are taken at once: enough that the shared number costs nothing, few enough that the lane is not left
    /// with the last ones in other hands.
    private static let portion = 4

    init(gets: [Get], tasks: [Task], store: any StateStore, clusterMilliseconds: UInt64) {
        self.gets = gets
        self.tasks = tasks
        self.store = store
        self.clusterMilliseconds = clusterMilliseconds
    }

    /// Answers of this many bytes are handed out before more are made: what a connection does not take waits there.
    static let answerBytesMax = 1 << 20

    /// Answers gets until none is left that nobody has taken, or these answers are large; nil when none was left.
    /// Gets of connections whose answers are not `taken` are left. Waits for no disk. From any thread.
    func answer(isTaken: (_ connection: UInt64) -> Bool = { _ in true }) -> WarmAnswers? {
        var answers = WarmAnswers()
        var hasTaken = false
        while answers.byteCount < Self.answerBytesMax {
            let first = next.add(Self.portion, ordering: .relaxed).oldValue
            guard first < gets.count else { return hasTaken ? answers : nil }
            hasTaken = true
            for position in first..<min(first + Self.portion, gets.count) {
                if answers.byteCount < Self.answerBytesMax, isTaken(gets[position].reference.connection) {
                    answer(position, &answers)
                } else {
                    answers.leave(position, .left)
                }
            }
        }
        return answers
    }

    private func answer(_ position: Int, _ answers: inout WarmAnswers) {
        let get = gets[position]
        let task = tasks[get.task]
        var shown = Shown.absent
        do throws(StorageError) {
            let key = get.request.keys.bytes.readableBytesSpan.extracting(get.key)
            let outcome = try store.get(key, tier: .cacheOnly) { shown = show($0, task, get, &answers) }
            if outcome == .wouldBlock { return answers.leave(position, .cold) }
        } catch {
            return answers.leave(position, .failed(error))
        }
        switch shown {
        case .value: break
        case .absent: answers.append(get) { ClientResponse.encodeAbsent(id: get.reference.id, into: &$0) }
        case .due: answers.leave(position, .due)
        case .malformed(let error): answers.leave(position, .failed(error))
        }
    }

    /// What a stored record is to a reader.
    private enum Shown {
        case value, absent, due
        case malformed(StorageError)
    }

    private func show(_ stored: RawSpan, _ task: Task, _ get: Get, _ answers: inout WarmAnswers) -> Shown {
        do throws(StorageError) {
            let header = try DataValue.decode(stored)
            if let expiry = header.expiry {
                if expiry <= task.applied.milliseconds { return .absent }
                if expiry <= clusterMilliseconds { return .due }
            }
            let value = stored.extracting(droppingFirst: header.valueOffset)
            answers.append(get) {
                ClientResponse.encodeValue(id: get.reference.id, version: header.version, value: value, into: &$0)
            }
            return .value
        } catch {
            return .malformed(error)
        }
    }
}

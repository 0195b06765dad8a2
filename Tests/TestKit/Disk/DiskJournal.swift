/// What a faulty disk has seen, and which of it a power loss may take back.
struct DiskJournal {
    /// Everything, oldest first.
    let records: [DiskRecord]
    /// By position in `records`: not durable.
    private(set) var isVolatile: [Bool]
    /// By position: written before a sync that failed, so that no later sync makes it durable.
    private(set) var isDoomed: [Bool]
    /// By position: which of the files that ever had this inode number it speaks of.
    private var generations: [Int]
    /// The file that has the number now.
    private var newest: [UInt64: Int] = [:]

    /// A file or directory: its inode number, and how often that number had been given out before.
    private struct Subject: Hashable {
        var inode: UInt64
        var generation: Int
    }

    init(records: [DiskRecord], names: PowerLoss.NameRule) {
        self.records = records
        isVolatile = Array(repeating: false, count: records.count)
        isDoomed = isVolatile
        generations = Array(repeating: 0, count: records.count)
        judge(names)
    }

    /// Positions of what is not durable, oldest first.
    var volatilePositions: [Int] { records.indices.filter { isVolatile[$0] } }

    /// Whether the file that the record speaks of is still the one with this number.
    func isCurrent(_ position: Int) -> Bool {
        generations[position] == newest[records[position].inode, default: 0]
    }

    private mutating func judge(_ names: PowerLoss.NameRule) {
        /// What is not durable yet, by the file or the directory whose sync would make it so.
        var pending: [Subject: [Int]] = [:]
        var pendingNames: [Int] = []
        for (position, record) in records.enumerated() {
            switch record.kind {
            case .create, .makeDirectory:
                newest[record.inode, default: 0] += 1
                fallthrough
            case .unlink, .rename, .link, .removeDirectory:
                isVolatile[position] = true
                pending[subject(record.a), default: []].append(position)
                pendingNames.append(position)
            case .write, .resize:
                isVolatile[position] = true
                pending[subject(record.inode), default: []].append(position)
            case .sync:
                settle(&pending[subject(record.inode), default: []], before: record.a)
                if names == .journaled { settle(&pendingNames, before: record.a) }
            case .syncFailed:
                let owner = subject(record.inode)
                for doomed in pending[owner, default: []] where records[doomed].sequence < record.a {
                    isDoomed[doomed] = true
                }
                pending[owner]?.removeAll { isDoomed[$0] }
            }
            generations[position] = newest[record.inode, default: 0]
        }
    }

    private func subject(_ inode: UInt64) -> Subject {
        Subject(inode: inode, generation: newest[inode, default: 0])
    }

    private mutating func settle(_ pending: inout [Int], before sequence: UInt64) {
        // In order, so those before come first.
        let durable = pending.prefix { records[$0].sequence < sequence }
        for position in durable where !isDoomed[position] { isVolatile[position] = false }
        pending.removeFirst(durable.count)
    }
}

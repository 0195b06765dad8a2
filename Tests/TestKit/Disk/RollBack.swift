import Foundation

/// Takes back, on the real files of a process that has ended, what a power loss takes back.
struct RollBack {
    let journal: DiskJournal
    let loss: PowerLoss
    let root: String
    let state: String
    var random: SeededGenerator
    /// By position in the journal: stays although it is not durable.
    var isKept: [Bool]
    /// Where the files are that still exist, the buried ones too.
    let paths: [UInt64: String]

    static let pageBytes: UInt64 = 4096

    init(_ records: [DiskRecord], _ loss: PowerLoss, root: String, state: String) throws {
        journal = DiskJournal(records: records, names: loss.names)
        self.loss = loss
        self.root = root
        self.state = state
        random = SeededGenerator(seed: loss.seed)
        isKept = Array(repeating: false, count: records.count)
        paths = try RollBack.files(below: [root, state + "/grave"])
    }

    /// Does it, and says how many changes were lost of how many that were not durable.
    mutating func run() throws -> FaultyDisk.Loss {
        let candidates = journal.volatilePositions
        let torn = choose(among: candidates)
        let contents = candidates.filter { journal.records[$0].changesContent && journal.isCurrent($0) }
        for (inode, positions) in grouped(contents, by: \.inode) {
            guard let path = paths[inode] else { continue }
            let file = try DiskFile(path)
            try restore(file, positions)
        }
        if let torn { try tear(torn) }
        for position in candidates.reversed() where journal.records[position].changesNames && !isKept[position] {
            try undoName(journal.records[position])
        }
        return FaultyDisk.Loss(changes: candidates.count { !isKept[$0] }, candidates: candidates.count)
    }

    /// Positions by a number of their records, in the order of the numbers.
    private func grouped(
        _ positions: [Int], by number: KeyPath<DiskRecord, UInt64>
    ) -> [(key: UInt64, value: [Int])] {
        Dictionary(grouping: positions) { journal.records[$0][keyPath: number] }.sorted { $0.key < $1.key }
    }

    /// Decides what stays; returns the write of which only a part does.
    private mutating func choose(among candidates: [Int]) -> Int? {
        switch loss.mode {
        case .everything:
            return nil
        case .suffix, .torn:
            let cut = Int.random(in: 0...candidates.count, using: &random)
            for position in candidates[..<cut] where !journal.isDoomed[position] { isKept[position] = true }
            guard loss.mode == .torn, cut > 0 else { return nil }
            let last = candidates[cut - 1]
            return isKept[last] && journal.records[last].kind == .write ? last : nil
        case .pages:
            // What is in the files is decided page by page, later.
            let names = candidates.filter { journal.records[$0].changesNames }
            for (_, positions) in grouped(names, by: \.a) {
                let cut = Int.random(in: 0...positions.count, using: &random)
                for position in positions[..<cut] where !journal.isDoomed[position] { isKept[position] = true }
            }
            return nil
        }
    }

    private mutating func restore(_ file: borrowing DiskFile, _ positions: [Int]) throws {
        let size = try file.size()
        var pages: [UInt64: [UInt8]] = [:]
        if loss.mode == .pages {
            for position in positions where journal.records[position].kind == .write && !journal.isDoomed[position] {
                let range = journal.records[position].range
                for page in range.lowerBound / RollBack.pageBytes...(range.upperBound / RollBack.pageBytes)
                where pages[page] == nil {
                    pages[page] = try file.read(page * RollBack.pageBytes..<(page + 1) * RollBack.pageBytes)
                }
            }
        }
        for position in positions.reversed() where !isKept[position] { try undoContent(position, file) }
        var left = try file.size()
        for (page, bytes) in pages.sorted(by: { $0.key < $1.key }) where Bool.random(using: &random) {
            // The last page may be cut: the file grew while it was being written.
            let isLast = (page + 1) * RollBack.pageBytes >= size
            let count = isLast && !bytes.isEmpty ? Int.random(in: 1...bytes.count, using: &random) : bytes.count
            try file.write(bytes.prefix(count), at: page * RollBack.pageBytes)
            left = max(left, page * RollBack.pageBytes + UInt64(count))
        }
    }

    /// What was overwritten comes back, except where a later write that stays lies over it.
    private func undoContent(_ position: Int, _ file: borrowing DiskFile) throws {
        let record = journal.records[position]
        let later = journal.isDoomed[position] ? laterWrites(over: position) : []
        if record.kind == .resize {
            guard later.isEmpty else { return }
            try file.resize(to: record.c)
            if !record.bytes.isEmpty { try file.write(record.bytes, at: record.a) }
            return
        }
        guard later.isEmpty else {
            for offset in record.range where !later.contains(where: { $0.contains(offset) }) {
                let old = record.bytes.dropFirst(Int(offset - record.a)).first ?? 0
                try file.write([old], at: offset)
            }
            return
        }
        if !record.bytes.isEmpty { try file.write(record.bytes, at: record.a) }
        if try file.size() != record.c { try file.resize(to: record.c) }
    }

    private func laterWrites(over position: Int) -> [Range<UInt64>] {
        let inode = journal.records[position].inode
        return journal.records.indices[(position + 1)...].compactMap { later in
            let record = journal.records[later]
            let stays = record.kind == .write && (!journal.isVolatile[later] || isKept[later])
            return stays && record.inode == inode ? record.range : nil
        }
    }

    /// Leaves the first bytes of a write that is the file's last.
    private mutating func tear(_ position: Int) throws {
        let record = journal.records[position]
        guard journal.isCurrent(position), let path = paths[record.inode], record.b > 1 else { return }
        let file = try DiskFile(path)
        let kept = UInt64.random(in: 1..<record.b, using: &random)
        let old = record.bytes.dropFirst(Int(clamping: kept))
        if !old.isEmpty { try file.write(old, at: record.a + kept) }
        try file.resize(to: max(record.c, record.a + kept))
    }
}

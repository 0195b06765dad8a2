import Glibc
package import Storage

extension RocksEngine {
    /// Opens the store of a directory, creates it if there is none, and judges whether it is what it was when it was
    /// last synced (rule 14). A suspicion is durable in `SUSPECT` before this returns, and the running numbers have
    /// started anew behind it.
    package static func open(
        _ directory: DataDirectory, _ options: EngineOptions = EngineOptions()
    ) throws(OpenError) -> (engine: RocksEngine, verdict: RecoveryVerdict) {
        guard let incarnation = directory.identity?.incarnation else { throw .noIdentity(directory.path) }
        do {
            return try open(directory, options, incarnation)
        } catch let error as OpenError {
            throw error
        } catch let error as FileError {
            throw .storage(StorageError(error))
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .storage(.io("\(error)"))
        }
    }

    private static func open(
        _ directory: DataDirectory, _ options: EngineOptions, _ incarnation: UInt64
    ) throws -> (engine: RocksEngine, verdict: RecoveryVerdict) {
        let path = directory.path + "/db"
        let wal = WALDirectory(live: path + "/wal", aside: directory.path + "/wal-aside")
        let reading = MarkReading.read(try Files.read(directory.path + "/MARK"))
        let existed = try hasContent(path)
        let files = try wal.linkAside()
        if existed, !Files.exists(path + "/CURRENT"), !hasNeverSynced(reading) {
            throw OpenError.corrupt(movedTo: try moveAside(directory, wal), reason: "CURRENT is missing")
        }
        let marks = RecoveryCheck(
            storeExisted: existed, incarnation: incarnation, mark: reading, wal: files, writers: [])
        // Durable before the mark is replaced: the next start would find nothing wrong with the new one.
        if let reason = marks.markProblem { try directory.markNodeSuspect(reason: reason.description) }
        // After the reading and before the store: from here on a store without a mark has lost it.
        let mark = try MarkFile(directory: directory.path, incarnation: incarnation, found: reading)
        try Files.makeDirectory(path)
        try Files.makeDirectory(wal.live)
        // A power loss must not take the entries of these folders with it: an absent store looks unused.
        try Files.syncDirectory(path)
        try Files.syncDirectory(directory.path)
        let database = try openDatabase(directory, path, wal, options)
        let check = RecoveryCheck(
            storeExisted: existed, incarnation: incarnation, mark: reading, wal: files,
            writers: try RecoveryCheck.numbers(in: RocksRows(database: database)))
        let verdict = check.verdict
        var numbers = [UInt64](repeating: 0, count: 256)
        for writer in check.writers { numbers[Int(writer.writer)] = writer.last }
        if case .suspect(let reason) = verdict {
            try directory.markNodeSuspect(reason: reason.description)
            for (writer, first) in check.restartedNumbers() { numbers[Int(writer)] = first - 1 }
        }
        let engine = RocksEngine(
            directory: directory, database: database, numbers: numbers, mark: mark, wal: wal)
        if case .suspect = verdict { try engine.restartNumbers(check) }
        try wal.clearAside()
        return (engine, verdict)
    }

    /// Whether there is anything of a store.
    private static func hasContent(_ path: String) throws -> Bool {
        try Files.names(in: path)?.contains { $0 != "wal" } ?? false
    }

    /// Whether the store was never used: a creation that was cut short leaves pieces without meaning.
    private static func hasNeverSynced(_ reading: MarkReading) -> Bool {
        guard case .intact(let mark) = reading else { return reading == .absent }
        return mark.number == 0
    }

    private static func openDatabase(
        _ directory: DataDirectory, _ path: String, _ wal: WALDirectory, _ options: EngineOptions
    ) throws -> RocksDatabase {
        let rocksOptions = RocksOptions(options, walDirectory: wal.live)
        do throws(StorageError) {
            if Files.exists(path + "/CURRENT") {
                let known = ["default"] + Family.allCases.map(\.rawValue)
                let names = try RocksDatabase.familyNames(path, rocksOptions)
                if let unknown = names.first(where: { !known.contains($0) }) {
                    throw StorageError.unsupported(unknown)
                }
            }
            return try RocksDatabase(directory: path, options: rocksOptions)
        } catch {
            switch error {
            case .unsupported(let name): throw OpenError.unknownFamily(name)
            case .corruption(let text), .storeCorruption(let text):
                throw OpenError.corrupt(movedTo: try moveAside(directory, wal), reason: text)
            case .io, .diskFull, .truncated, .closed, .misuse: throw error
            }
        }
    }

    /// Keeps a store that does not open, for whoever wants to look into it; the node starts empty (rule 15).
    private static func moveAside(_ directory: DataDirectory, _ wal: WALDirectory) throws -> String {
        try wal.clearAside()
        var number = 1
        while Files.exists("\(directory.path)/db.corrupt-\(number)") { number += 1 }
        let target = "\(directory.path)/db.corrupt-\(number)"
        guard unsafe rename(directory.path + "/db", target) == 0 else {
            throw FileError("rename", directory.path + "/db")
        }
        try Files.syncDirectory(directory.path)
        return target
    }

    /// Lets the numbers start behind everything that was ever promised, so that the next start does not find the
    /// holes of this one again.
    private func restartNumbers(_ check: RecoveryCheck) throws(StorageError) {
        let batch = RocksBatch(database: database)
        [NodeKey.numberSpace].withBytes { from in
            [NodeKey.numberSpace + 1].withBytes { to in batch.deleteRange(.node, from: from, to: to) }
        }
        for (writer, first) in check.restartedNumbers() {
            var value = SmallBytes()
            value.append(littleEndian: first)
            NodeKey.firstNumber(writer: writer).withBytes { key in value.withBytes { batch.put(.node, key, $0) } }
        }
        try changing { () throws(StorageError) in try commit(batch, writer: RecoveryCheck.logWriter) }
        try sync()
        try syncMark()
    }
}

import NIOCore
package import Storage
import Synchronization
package import Wire

extension DataDirectory {
    /// Who this node is; nil: a new directory.
    package var identity: Identity? { records.withLock { $0.identity } }

    /// Writes IDENTITY durably. A node does so before it speaks (rule 17). A new incarnation in a used directory
    /// starts with a new mark: call `beginIncarnation` instead.
    package func write(_ identity: Identity) throws(FileError) {
        try records.withLock { (records) throws(FileError) in
            try Files.replace("IDENTITY", in: path, with: Array(identity.encode().utf8))
            records.identity = identity
        }
    }

    /// Starts another life of the directory: after the store was moved aside, the node is empty and nobody may take
    /// it for what it was (rule 15). Forgets mark and suspicion, which speak of the old life.
    package func beginIncarnation(_ identity: Identity) throws(FileError) {
        try write(identity)
        try Files.remove("MARK", in: path)
        try Files.remove("FORGOT", in: path)
        try setSuspicion(Suspicion())
    }

    /// Who is suspect.
    package var suspicion: Suspicion { records.withLock { $0.suspicion } }

    /// Writes SUSPECT durably.
    package func setSuspicion(_ suspicion: Suspicion) throws(FileError) {
        try records.withLock { (records) throws(FileError) in
            try DataDirectory.store(suspicion, in: path)
            records.suspicion = suspicion
        }
    }

    /// Marks one replica suspect, durably, and keeps the others.
    package func markSuspect(_ name: LogName, reason: String) throws(FileError) {
        try records.withLock { (records) throws(FileError) in
            var suspicion = records.suspicion
            suspicion.add(name, reason: reason)
            try DataDirectory.store(suspicion, in: path)
            records.suspicion = suspicion
        }
    }

    /// A suspect replica is gone, durably: its data was destroyed, its id will not come back.
    package func clearSuspect(_ name: LogName) throws(FileError) {
        try records.withLock { (records) throws(FileError) in
            var suspicion = records.suspicion
            suspicion.remove(name)
            try DataDirectory.store(suspicion, in: path)
            records.suspicion = suspicion
        }
    }

    /// The replicas that are here take the place of the node's own mark, durably: later ones are not suspect.
    package func nameSuspects(_ names: [LogName]) throws(FileError) {
        try records.withLock { (records) throws(FileError) in
            guard let reason = records.suspicion.node else { return }
            // The mark goes; that there was one stays.
            try Files.replace("FORGOT", in: path, with: Array((reason + "\n").utf8))
            var suspicion = records.suspicion
            for name in names { suspicion.add(name, reason: reason) }
            suspicion.node = nil
            try DataDirectory.store(suspicion, in: path)
            records.suspicion = suspicion
        }
    }

    /// Whether every replica here was suspect once: since then, nobody can tell one that never was here from one that
    /// was lost. For the life of the incarnation, in the file `FORGOT`.
    package func hasForgotten() throws(FileError) -> Bool {
        if suspicion.node != nil { return true }
        return try Files.read(path + "/FORGOT") != nil
    }

    /// Marks every replica that is here suspect, durably.
    package func markNodeSuspect(reason: String) throws(FileError) {
        try records.withLock { (records) throws(FileError) in
            var suspicion = records.suspicion
            suspicion.node = suspicion.node ?? reason
            try DataDirectory.store(suspicion, in: path)
            records.suspicion = suspicion
        }
    }

    private static func store(_ suspicion: Suspicion, in path: String) throws(FileError) {
        guard !suspicion.isEmpty else { return try Files.remove("SUSPECT", in: path) }
        try Files.replace("SUSPECT", in: path, with: Array(suspicion.encode().utf8))
    }

    /// How the cluster began; nil: not known here. A record that does not read is an error, never "none".
    package func bootstrap() throws(DirectoryError) -> BootstrapRecord? {
        let name = path + "/BOOTSTRAP"
        let content: [UInt8]?
        do throws(FileError) { content = try Files.read(name) } catch { throw .file(error) }
        guard let content else { return nil }
        do throws(WireError) {
            return try BootstrapRecord.decode(ByteBuffer(bytes: content))
        } catch {
            throw .unreadable(name, "is damaged (\(error))")
        }
    }

    /// Writes the bootstrap record durably (rule 17).
    package func write(_ bootstrap: BootstrapRecord) throws(FileError) {
        try Files.replace("BOOTSTRAP", in: path, with: Array(bootstrap.encode().readableBytesView))
    }
}

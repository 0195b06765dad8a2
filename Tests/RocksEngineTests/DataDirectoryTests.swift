import Foundation
import Keyspace
import Raft
import RocksEngine
import Storage
import Testing
import Wire

@Suite struct DataDirectoryTests {
    private let identity = Identity(
        cluster: ClusterID(high: 1, low: 2), node: NodeID(3), incarnation: 4, createdBy: "dshard 1.0\nnext line")

    @Test func aNewDirectoryIsPrivate() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/node"
        let directory = try DataDirectory.open(path)
        #expect(directory.identity == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func anIdentityIsKept() throws {
        let folder = try TemporaryFolder()
        try DataDirectory.open(folder.path).write(identity)
        let read = try #require(try DataDirectory.open(folder.path).identity)
        #expect(read.cluster == identity.cluster)
        #expect(read.node == identity.node)
        #expect(read.incarnation == identity.incarnation)
        #expect(read.createdBy == "dshard 1.0 next line")
    }

    @Test func twoOpensExclude() throws {
        let folder = try TemporaryFolder()
        let first = try DataDirectory.open(folder.path)
        #expect(throws: DirectoryError.locked(folder.path, process: Int(getpid()))) {
            try DataDirectory.open(folder.path)
        }
        withExtendedLifetime(first) {}
    }

    @Test func theLockOutlivesTheStore() throws {
        let folder = try TemporaryFolder()
        var engine: RocksEngine? = try Store.open(folder.path).engine
        #expect(throws: DirectoryError.self) { try Store.open(folder.path) }
        try engine?.close()
        engine = nil
        #expect(try Store.open(folder.path).verdict == .consistent)
    }

    @Test func aForeignDirectoryIsRefusedUntouched() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.path + "/thesis.txt"))
        #expect(throws: DirectoryError.foreign(folder.path, found: "thesis.txt")) {
            try DataDirectory.open(folder.path)
        }
    }

    @Test func aLooseDirectoryIsRefused() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: folder.path)
        #expect(throws: DirectoryError.loosePermissions(folder.path, mode: 0o770)) {
            try DataDirectory.open(folder.path)
        }
    }

    @Test func aFileIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(throws: DirectoryError.notADirectory(path)) { try DataDirectory.open(path) }
    }

    @Test func aNewerFormatIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/IDENTITY"
        try Data("format: 2\nincarnation: 1\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: DirectoryError.newerFormat(path, theirs: 2, ours: 1)) { try DataDirectory.open(folder.path) }
    }

    @Test(arguments: ["", "format: 1\n", "format: 1\nincarnation: x\n", "format: 1\nincarnation: 1", "\u{0}\n"])
    func aDamagedIdentityIsRefused(text: String) throws {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/IDENTITY"))
        #expect(throws: DirectoryError.self) { try DataDirectory.open(folder.path) }
    }

    @Test func everyErrorSaysWhatToDo() {
        let errors: [DirectoryError] = [
            .locked("d", process: 7), .foreign("d", found: "x"), .newerFormat("d", theirs: 2, ours: 1),
            .loosePermissions("d", mode: 0o777), .notADirectory("d"), .notWritable("d"), .unreadable("d", "is bad"),
        ]
        for error in errors {
            #expect(!error.description.contains("\n"))
            #expect(error.description.contains(";"))
        }
    }

    @Test func suspicionIsKept() throws {
        let folder = try TemporaryFolder()
        let (a, b) = (
            LogName(shard: ShardID(2), replica: ReplicaID(1)), LogName(shard: ShardID(1), replica: ReplicaID(9))
        )
        do {
            let directory = try DataDirectory.open(folder.path)
            try directory.write(identity)
            try directory.markSuspect(a, reason: "checksum:\nof chunk 7")
            try directory.markSuspect(b, reason: "x")
        }
        do {
            let directory = try DataDirectory.open(folder.path)
            #expect(directory.suspicion.replicas.map(\.name) == [b, a])
            #expect(directory.suspicion.contains(a))
            #expect(!directory.suspicion.contains(LogName(shard: ShardID(2), replica: ReplicaID(2))))
            var rest = directory.suspicion
            rest.remove(a)
            rest.remove(b)
            try directory.setSuspicion(rest)
        }
        #expect(try DataDirectory.open(folder.path).suspicion.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/SUSPECT"))
    }

    /// What does not read makes everybody suspect.
    @Test(arguments: ["", "node", "replica 1: x\n", "replica 1 2 3: x\n", "replica a b: x\n", "node: x"])
    func aDamagedSuspicionIsTheWholeNode(text: String) {
        #expect(Suspicion.decode(Array(text.utf8)).node != nil)
    }

    @Test func theBootstrapRecordIsKept() throws {
        let folder = try TemporaryFolder()
        let directory = try DataDirectory.open(folder.path)
        #expect(try directory.bootstrap() == nil)
        let record = BootstrapRecord(
            cluster: ClusterID(high: 1, low: 2),
            nodes: [NodeAddress(node: NodeID(1), address: "a:1", incarnation: 5)],
            descriptors: [
                Descriptor(
                    shard: ShardID(1), range: .user, epoch: Epoch(version: 1, config: 1),
                    configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
                    nextReplica: ReplicaID(2))
            ], createdMilliseconds: 7)
        try directory.write(record)
        #expect(try directory.bootstrap() == record)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.path + "/BOOTSTRAP"))
        #expect(throws: DirectoryError.self) { try directory.bootstrap() }
    }

    @Test func ballastIsRealRoom() throws {
        let folder = try TemporaryFolder()
        let directory = try DataDirectory.open(folder.path)
        #expect(try directory.reserveBallast(bytes: 1 << 20, keepFree: 0) == 1 << 20)
        #expect(try directory.reserveBallast(bytes: 1 << 20, keepFree: 0) == 1 << 20)
        let blocks = try #require(
            try FileManager.default.attributesOfItem(atPath: folder.path + "/ballast")[.size] as? Int)
        #expect(blocks == 1 << 20)
        #expect(try directory.freeBallast() == 1 << 20)
        #expect(try directory.freeBallast() == 0)
        #expect(try directory.diskFree() > 0)
    }

    @Test func stagingIsEmptiedAtStart() throws {
        let folder = try TemporaryFolder()
        try DataDirectory.open(folder.path).write(identity)
        let staged = folder.path + "/snapshots"
        try FileManager.default.createDirectory(atPath: staged, withIntermediateDirectories: true)
        try Data([1]).write(to: URL(fileURLWithPath: staged + "/1.sst"))
        let directory = try DataDirectory.open(folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: staged).isEmpty)
        withExtendedLifetime(directory) {}
    }
}

extension Rule {
    /// What each target may import: the table of the design, as Package.swift has it. Top to bottom, pure to worldly.
    static let importTable: [String: Set<String>] = {
        let core: Set = ["Raft", "Keyspace", "Wire", "NIOCore"]
        let system: Set = ["Synchronization", "Glibc"]
        return [
            "Raft": [],
            "Keyspace": ["Raft"],
            "CChecksum": [],
            "Wire": ["Raft", "Keyspace", "NIOCore", "CChecksum"],
            // The in-memory twin is shared between threads, as the store is.
            "Storage": core.union(["Synchronization"]),
            "Host": core.union(["Storage"]),
            "Placement": ["Raft", "Keyspace"],
            "Control": core.union(["Placement"]),
            "Routing": core,
            "Linearizability": [],
            "Simulator": core.union(["Storage", "Host", "Placement", "Control", "Routing", "Linearizability"]),
            "StorageConformance": core.union(["Storage"]),
            "CRocksDB": [],
            "RocksEngine": core.union(system).union(["CRocksDB", "Storage"]),
            "Transport": core.union(system).union(["NIOPosix"]),
            "DShardClient": core.union(system).union(["Routing", "Transport", "NIOPosix"]),
            "DShardServer": core.union(system).union([
                "Storage", "Host", "Placement", "Control", "Routing", "RocksEngine", "Transport", "DShardClient",
                "NIOPosix",
                "NIOConcurrencyHelpers", "NIOHTTP1",
                "Logging", "ServiceLifecycle", "UnixSignals", "Hummingbird", "HTTPTypes", "Foundation", "Dispatch",
            ]),
            "dshard": [
                "Raft", "Keyspace", "Wire", "DShardServer", "DShardClient", "Simulator", "Linearizability",
                "NIOCore", "NIOPosix", "Logging",
                "ArgumentParser", "Histogram", "Foundation", "Synchronization", "Glibc", "Dispatch",
            ],
        ]
    }()

    /// Targets in which only values decide: no threads, clocks, locks, files or unordered reach into the world.
    static let pureTargets: Set<String> = [
        "Raft", "Keyspace", "Wire", "Storage", "Host", "Placement", "Control", "Routing", "Linearizability",
    ]

    /// Words that a pure target has no use for, with where they are allowed nevertheless and why.
    static let impureWords: [String: [String: String]] = {
        let twin = "the twin of a store has an identity, as the store itself has"
        let load = "loads plain integers; RawSpan checks their bounds"
        return [
            "async": [:],
            "await": [:],
            "actor": [:],
            "Task": [:],
            "Mutex": ["Sources/Storage/MemoryEngine.swift": twin],
            "Atomic": [:],
            "Foundation": [:],
            "Date": [:],
            "class": [
                "Sources/Storage/MemoryEngine.swift": twin,
                "Sources/Storage/MemoryBatch.swift": twin,
                "Sources/Storage/MemoryTable.swift": twin,
                "Sources/Storage/MemorySnapshot.swift": twin,
            ],
            "unsafe": [
                "Sources/Keyspace/ByteOrder.swift": load,
                "Sources/Raft/PlantedBug.swift": "set once before the first simulation, in a build of its own",
                "Sources/Keyspace/Key.swift": load,
                "Sources/Wire/Checksum.swift": load,
                "Sources/Wire/RawSpan+Load.swift": load,
                "Sources/Storage/ByteView.swift": load,
            ],
        ]
    }()

    static let imports = Rule("imports follow the layers", planted: "import Wire\n") { file, index in
        guard file.isInSources, let module = importedModule(file.code[index]) else { return nil }
        guard let allowed = importTable[file.target] else {
            return "target \(file.target) has no row in the import table"
        }
        return allowed.contains(module) ? nil : "\(file.target) must not import \(module)"
    }

    static let purity = Rule("pure targets stay pure", planted: "func tick() async {}\n") { file, index in
        guard file.isInSources, pureTargets.contains(file.target) else { return nil }
        for word in file.words(at: index) {
            guard let exceptions = impureWords[String(word)], exceptions[file.path] == nil else { continue }
            return "'\(word)' in the pure target \(file.target)"
        }
        return nil
    }

    private static func importedModule(_ code: String) -> String? {
        let words = code.words
        guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else { return nil }
        let prefixes: Set<Substring> = [
            "package", "public", "internal", "private", "fileprivate", "testable", "preconcurrency",
        ]
        guard words[..<keyword].allSatisfy(prefixes.contains) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[keyword + 1]) ? keyword + 2 : keyword + 1
        return name < words.count ? String(words[name]) : nil
    }
}

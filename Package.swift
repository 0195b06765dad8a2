// swift-tools-version: 6.2
// dshard: a multi-Raft, range-sharded, strongly consistent key-value store in one binary.

import PackageDescription

/// The same rules for every target: Swift 6 mode, warnings are errors, unsafe code is marked.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "dshard",
    products: [
        .executable(name: "dshard", targets: ["dshard"]),
        .library(name: "DShardClient", targets: ["DShardClient"]),
        .library(name: "DShardServer", targets: ["DShardServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // Pure: what decides. No sockets, files, threads, clocks, randomness or async.
        // The flag compiles Raft's generic code into its users too: without it `Group` runs unspecialised there.
        .target(
            name: "Raft",
            swiftSettings: settings + [.unsafeFlags(["-enable-cmo-everything"], .when(configuration: .release))]),
        .target(name: "Keyspace", dependencies: ["Raft"], swiftSettings: settings),
        // The processor's instruction for checksums, which Swift cannot name.
        .target(name: "CChecksum"),
        .target(name: "Wire", dependencies: ["CChecksum", "Raft", "Keyspace", nioCore], swiftSettings: settings),
        .target(name: "Storage", dependencies: ["Raft", "Keyspace", "Wire", nioCore], swiftSettings: settings),
        .target(name: "Host", dependencies: ["Raft", "Keyspace", "Wire", "Storage", nioCore], swiftSettings: settings),
        .target(name: "Placement", dependencies: ["Raft", "Keyspace"], swiftSettings: settings),
        .target(
            name: "Control", dependencies: ["Raft", "Keyspace", "Placement", "Wire", nioCore], swiftSettings: settings),
        .target(name: "Routing", dependencies: ["Raft", "Keyspace", "Wire", nioCore], swiftSettings: settings),

        // Whether a history of single keys is linearizable.
        .target(name: "Linearizability", swiftSettings: settings),

        // A cluster that does what placement plans; and how fast a pass over a large one is, in how many moves.
        .target(
            name: "PlacementModel", dependencies: ["Placement", "Raft", "Keyspace"], path: "Tests/PlacementModel",
            swiftSettings: settings),
        .executableTarget(
            name: "PlacementBench", dependencies: ["Placement", "PlacementModel", "Raft", "Keyspace"],
            path: "Tests/PlacementBench", swiftSettings: settings),

        // Proves that the simulator finds mistakes: tools/planted-bugs builds it with PLANTED_BUGS.
        .executableTarget(
            name: "PlantedBugs", dependencies: ["Simulator", "Raft"], path: "Tests/PlantedBugs",
            swiftSettings: settings),

        // The pure targets as one cluster in virtual time. One thread touches all of it, and debug builds run the same
        // seeds with the checks of overlapping accesses that the flag leaves out of release builds.
        .target(
            name: "Simulator",
            dependencies: [
                "Raft", "Keyspace", "Wire", "Storage", "Host", "Placement", "Control", "Routing", nioCore,
            ],
            swiftSettings: settings
                + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]),

        // Worldly: what touches disks, sockets and threads.
        .systemLibrary(name: "CRocksDB"),
        .target(
            name: "RocksEngine", dependencies: ["CRocksDB", "Raft", "Keyspace", "Wire", "Storage", nioCore],
            swiftSettings: settings),
        .target(
            name: "Transport", dependencies: ["Raft", "Keyspace", "Wire", nioCore, nioPosix],
            swiftSettings: settings),
        .target(
            name: "DShardClient",
            dependencies: ["Raft", "Keyspace", "Wire", "Routing", "Transport", nioCore, nioPosix],
            swiftSettings: settings),
        .target(
            name: "DShardServer",
            dependencies: [
                "Raft", "Keyspace", "Wire", "Storage", "Host", "Placement", "Control", "Routing", "RocksEngine",
                "Transport", "DShardClient", nioCore, nioPosix,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "dshard",
            dependencies: [
                "Raft", "Keyspace", "Wire", "DShardServer", "DShardClient", "Simulator", "Linearizability",
                nioCore, nioPosix,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings,
            // Swift's runtime inside the program: a node needs no toolchain beside it, and counting references costs a
            // tenth less than through a shared library. What Foundation's static library needs stands behind it.
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-stdlib", "-lFoundation", "-lFoundationInternationalization", "-lFoundationEssentials",
                        "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections",
                    ], .when(configuration: .release))
            ]),

        // What any storage engine must pass; for engines of others too.
        .target(
            name: "StorageConformance", dependencies: ["Raft", "Keyspace", "Wire", "Storage", nioCore],
            swiftSettings: settings),

        // Tests mirror the targets.
        .testTarget(name: "RaftTests", dependencies: ["Raft"], exclude: ["Golden"], swiftSettings: settings),
        .testTarget(name: "KeyspaceTests", dependencies: ["Raft", "Keyspace"], swiftSettings: settings),
        .testTarget(
            name: "WireTests", dependencies: ["Raft", "Keyspace", "Wire", nioCore], swiftSettings: settings),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Raft", "Keyspace", "Wire", "Storage", "StorageConformance", nioCore],
            swiftSettings: settings),
        .testTarget(
            name: "HostTests", dependencies: ["Raft", "Keyspace", "Wire", "Storage", "Host", nioCore],
            swiftSettings: settings),
        .testTarget(
            name: "LinearizabilityTests", dependencies: ["Linearizability", "TestKit"], swiftSettings: settings),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "Raft", "Keyspace", "Wire"], exclude: ["Seeds.txt"],
            swiftSettings: settings),
        .testTarget(
            name: "PlacementTests", dependencies: ["Placement", "PlacementModel", "Raft", "Keyspace"],
            exclude: ["Golden"], swiftSettings: settings),
        .testTarget(
            name: "ControlTests", dependencies: ["Control", "Placement", "Raft", "Keyspace", "Wire", nioCore],
            swiftSettings: settings),
        .testTarget(
            name: "RoutingTests", dependencies: ["Routing", "Wire", "Keyspace", "Raft", nioCore],
            swiftSettings: settings),
        .testTarget(
            name: "RocksEngineTests",
            dependencies: ["Raft", "Keyspace", "Wire", "Storage", "StorageConformance", "RocksEngine", nioCore],
            swiftSettings: settings),
        .testTarget(
            name: "TransportTests",
            dependencies: ["Transport", "Wire", "Keyspace", "Raft", nioCore, nioEmbedded, nioPosix],
            swiftSettings: settings),
        .testTarget(
            name: "DShardClientTests",
            dependencies: [
                "DShardClient", "Routing", "Transport", "Wire", "Keyspace", "Raft", nioCore, nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "DShardServerTests",
            dependencies: ["DShardServer", "Host", "Storage", "Wire", "Keyspace", "Raft", nioCore],
            swiftSettings: settings),
        .testTarget(
            name: "DShardCommandTests",
            dependencies: [
                "dshard", "Keyspace", "Raft", "Wire", "DShardClient", "DShardServer", "Simulator", "Linearizability",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .target(
            name: "TestKit",
            dependencies: [
                "Raft", "Keyspace", "Wire", "Storage", "RocksEngine", "Linearizability", nioCore, nioPosix,
            ],
            path: "Tests/TestKit", swiftSettings: settings),
        // Faults of all kinds on real processes: tools/chaos runs it.
        .executableTarget(
            name: "Chaos", dependencies: ["TestKit"], path: "Tests/Chaos", swiftSettings: settings),
        .testTarget(
            name: "TestKitTests", dependencies: ["TestKit", "Raft", "Keyspace", "Wire", nioCore, nioPosix],
            swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "TestKit", "Linearizability", "dshard", "Raft", "Keyspace", "Wire", "Storage", "RocksEngine", nioCore,
            ],
            swiftSettings: settings),
    ]
)

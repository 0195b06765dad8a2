import DShardServer

extension ServeOptions {
    /// The node's configuration after precedence and checks. `readFile` gives the text of a file of borders.
    func resolved(
        environment: Settings, readFile: (String) throws(CommandFailure) -> String
    ) throws(CommandFailure) -> NodeConfiguration {
        let settings = try withFile(environment)
        let listen = try settings.value(listen, "listen", default: Endpoint(host: "127.0.0.1", port: 7400))
        let advertise = try settings.optional(advertise, "advertise", as: Endpoint.self)
        try ServeOptions.check(listen: listen, advertise: advertise)
        let (initialCluster, join) = try formation(settings)
        let format = try settings.value(logFormat, "log-format", default: Format.text)
        return NodeConfiguration(
            dataDirectory: try settings.value(dataDir, "data-dir", default: "./dshard-data"),
            listen: listen.description,
            advertise: advertise?.description,
            http: try httpAddress(settings),
            initialCluster: initialCluster,
            join: join,
            splitAt: try borders(settings, readFile),
            labels: try settings.optional(labels, "labels", as: Labels.self)?.pairs.map { ($0.name, $0.value) } ?? [],
            cacheBytes: try settings.value(cache, "cache", default: ByteSize.mebibytes(256)).bytes,
            snapshotBytesPerSecond: try snapshotRate(settings),
            logKeepEntries: try settings.value(logKeep, "log-keep", default: 50_000),
            repairAfter: try repairAfter(settings),
            shardBytes: try shardSize(settings),
            mergeAfter: try mergeAfter(settings),
            drainTimeout: try settings.value(drainTimeout, "drain-timeout", default: TimeSpan(.seconds(30))).duration,
            logLevel: try settings.value(logLevel, "log-level", default: Level.info).rawValue,
            logFormat: format == .json ? .json : .text)
    }

    private func withFile(_ environment: Settings) throws(CommandFailure) -> Settings {
        guard let (path, _) = environment.text(config, "config") else { return environment }
        var settings = environment
        settings.file = try ConfigFile.read(path, flags: KnownFlags.serve)
        settings.fileName = path
        return settings
    }

    private func snapshotRate(_ settings: Settings) throws(CommandFailure) -> Int {
        let rate = try settings.value(snapshotRate, "snapshot-rate", default: ByteSize.mebibytes(64)).bytes
        // Slower than this a snapshot of any size takes for ever.
        guard rate >= 1 << 20 else { throw .refused("--snapshot-rate is at least 1MiB") }
        return rate
    }

    private func repairAfter(_ settings: Settings) throws(CommandFailure) -> Duration {
        let time = try settings.value(repairAfter, "repair-after", default: TimeSpan(.seconds(300))).duration
        // A shorter silence is that of an election or a restart.
        guard time >= .seconds(1) else { throw .refused("--repair-after is at least 1s") }
        return time
    }

    private func shardSize(_ settings: Settings) throws(CommandFailure) -> Int {
        let size = try settings.value(shardSize, "shard-size", default: ByteSize.mebibytes(256)).bytes
        // Less than a write buffer holds, and every shard costs more than its rows.
        guard size >= 1 << 20 else { throw .refused("--shard-size is at least 1MiB") }
        return size
    }

    private func mergeAfter(_ settings: Settings) throws(CommandFailure) -> Duration {
        let time = try settings.value(mergeAfter, "merge-after", default: TimeSpan(.seconds(3_600))).duration
        // Placement looks once a second.
        guard time >= .seconds(1) else { throw .refused("--merge-after is at least 1s") }
        return time
    }

    private static func check(listen: Endpoint, advertise: Endpoint?) throws(CommandFailure) {
        if listen.isWildcard, advertise == nil {
            throw .refused("--listen \(listen) needs --advertise H:P, the address that other nodes use")
        }
        if let advertise, advertise.isWildcard {
            throw .refused("--advertise \(advertise) is no address that others can use; write this machine's")
        }
    }

    private func formation(_ settings: Settings) throws(CommandFailure) -> (initial: [String], join: [String]) {
        let initial = try settings.optional(initialCluster, "initial-cluster", as: EndpointList.self)
        let join = try settings.optional(join, "join", as: EndpointList.self)
        guard initial == nil || join == nil else {
            throw .refused(
                "--initial-cluster forms a new cluster and --join enters a running one: write only one of them")
        }
        for endpoint in (initial?.endpoints ?? []) + (join?.endpoints ?? []) where endpoint.isWildcard {
            throw .refused("\(endpoint) in the list of nodes is no address that others can use")
        }
        return (initial?.endpoints.map(\.description) ?? [], join?.endpoints.map(\.description) ?? [])
    }

    private func httpAddress(_ settings: Settings) throws(CommandFailure) -> String? {
        if settings.text(http, "http")?.text == "none" { return nil }
        return try settings.value(http, "http", default: Endpoint(host: "127.0.0.1", port: 7480)).description
    }

    private func borders(
        _ settings: Settings, _ readFile: (String) throws(CommandFailure) -> String
    ) throws(CommandFailure) -> [[UInt8]] {
        guard let (text, origin) = settings.text(splitAt, "split-at") else { return [] }
        return try SplitKeys.parse(text, origin: origin, readFile: readFile)
    }
}

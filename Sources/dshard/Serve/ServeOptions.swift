import ArgumentParser

/// The flags of `serve`, as written.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A JSON object with these flags' names.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where everything is kept. (default: ./dshard-data)", valueName: "dir"))
    var dataDir: String?

    @Option(help: ArgumentHelp("Where to serve clients and peers. (default: 127.0.0.1:7400)", valueName: "H:P"))
    var listen: String?

    @Option(help: ArgumentHelp("The address that others use. (default: --listen)", valueName: "H:P"))
    var advertise: String?

    @Option(
        help: ArgumentHelp(
            "Where to serve metrics, health and console; none: nowhere. (default: 127.0.0.1:7480)", valueName: "H:P"))
    var http: String?

    @Option(help: ArgumentHelp("The first nodes of a new cluster; the same list on each.", valueName: "H:P,…"))
    var initialCluster: String?

    @Option(help: ArgumentHelp("Nodes of a running cluster, to become a new member.", valueName: "H:P,…"))
    var join: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The borders of a new cluster's first shards; the same on each node.", valueName: "KEY,…|@file"))
    var splitAt: String?

    @Option(help: ArgumentHelp("What placement should know, for example zone=a,rack=1.", valueName: "name=value,…"))
    var labels: String?

    @Option(help: ArgumentHelp("Memory for blocks that were read. (default: 256MiB)", valueName: "size"))
    var cache: String?

    @Option(help: ArgumentHelp("What snapshots may send per second. (default: 64MiB)", valueName: "size"))
    var snapshotRate: String?

    @Option(
        help: ArgumentHelp(
            "Log entries kept for a replica that is behind; beyond it gets a snapshot. (default: 50000)",
            valueName: "entries"))
    var logKeep: String?

    @Option(
        help: ArgumentHelp(
            "A node that was silent for so long has its replicas replaced. (default: 5m)", valueName: "time"))
    var repairAfter: String?

    @Option(
        help: ArgumentHelp(
            "A shard of this size is split; the same on every node. (default: 256MiB)", valueName: "size"))
    var shardSize: String?

    @Option(
        help: ArgumentHelp(
            "Neighbours that were small and quiet for so long are merged; the same on every node. (default: 1h)",
            valueName: "time"))
    var mergeAfter: String?

    @Option(help: ArgumentHelp("How long SIGTERM may take to hand over. (default: 30s)", valueName: "time"))
    var drainTimeout: String?

    @Option(
        help: ArgumentHelp(
            "trace, debug, info, notice, warning, error or critical. (default: info)", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("text or json. (default: text)", valueName: "format"))
    var logFormat: String?

    /// How much is logged.
    enum Level: String, SettingChoice { case trace, debug, info, notice, warning, error, critical }

    /// How a log line looks.
    enum Format: String, SettingChoice { case text, json }
}

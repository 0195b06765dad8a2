/// The names of all flags, without their dashes: what a `DSHARD_` variable can stand for.
enum KnownFlags {
    /// The flags of `serve`, which are also the names of its config file.
    static let serve = [
        "data-dir", "listen", "advertise", "http", "initial-cluster", "join", "split-at", "labels", "cache",
        "snapshot-rate", "log-keep", "repair-after", "shard-size", "merge-after", "drain-timeout", "log-level",
        "log-format",
    ]

    /// The flags of the commands that talk to a cluster.
    static let clients = [
        "endpoints", "timeout", "output", "consistency", "max-staleness", "ttl", "expect", "expect-version", "absent",
        "prefix", "limit", "reverse", "keys-only", "raw", "progress", "system", "no-wait", "yes",
        "at", "from", "to",
    ]

    /// The flags of `bench` that no other command has.
    static let bench = [
        "workload", "clients", "connections", "value-size", "keys", "duration", "warmup", "distribution", "rate",
        "history",
    ]

    /// The flags of `simulate` that no other command has.
    static let simulate = [
        "seeds", "seed", "nodes", "shards", "minutes", "faults", "jobs", "no-shrink", "crash-point", "crash-points",
    ]

    /// The flags of `verify` that no other command has.
    static let verify = ["strict-cas"]

    static let all = ["config"] + serve + clients + bench + simulate + verify
}

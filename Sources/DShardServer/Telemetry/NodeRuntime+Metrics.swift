import Control
import Host
import Raft
import Storage
import Synchronization
import Transport

extension NodeRuntime {
    /// Everything that is counted, in the Prometheus text format. On the lane's loop.
    func metrics() -> String {
        var text = MetricsText()
        addHost(&text)
        addStore(&text)
        addTransport(&text)
        return text.text
    }

    private func addHost(_ text: inout MetricsText) {
        let counters = lane.host.counters
        let leaders = lane.host.replicas.count { $0.group.role == .leader }
        text.gauge("dshard_ready", "1 when the node serves.", lane.readiness().isEmpty ? 1 : 0)
        text.gauge("dshard_replicas", "Replicas on this node.", UInt64(lane.host.replicas.count { !$0.isRetired }))
        text.gauge("dshard_leaders", "Replicas that lead.", UInt64(leaders))
        text.gauge(
            "dshard_quiet_replicas", "Replicas without a timer.",
            UInt64(lane.host.replicas.count { $0.group.deadline == nil }))
        text.counter("dshard_entries_proposed_total", "Log entries proposed.", counters.entriesProposed)
        text.counter("dshard_operations_proposed_total", "Operations in them.", counters.operationsProposed)
        text.counter("dshard_log_writes_total", "Log writes handed to the log writer.", counters.logWrites)
        text.counter("dshard_lease_reads_total", "Reads served by lease.", counters.leaseReads)
        text.counter("dshard_round_reads_total", "Reads confirmed by a round.", counters.roundReads)
        text.counter("dshard_busy_total", "Requests refused as busy.", counters.refusedBusy)
        text.counter("dshard_elections_won_total", "Times a replica here became leader.", counters.elections)
        text.counter(
            "dshard_control_frames_sent_total", "Control frames to peers: one for all shards.",
            counters.controlFramesSent)
        text.counter(
            "dshard_control_frames_received_total", "Control frames from peers.", counters.controlFramesReceived)
        text.counter("dshard_lease_drops_total", "Times all leases were dropped.", counters.leaseDrops)
        text.counter("dshard_misdirected_total", "Peer messages for replicas that are not here.", counters.misdirected)
        text.counter("dshard_ballots_total", "Votes given or refused without a replica.", counters.ballots)
        text.counter("dshard_snapshots_sent_total", "Snapshots that another node took.", counters.snapshotsSent)
        text.counter(
            "dshard_snapshots_installed_total", "Snapshots installed here.", counters.snapshotsInstalled)
        text.counter("dshard_replicas_destroyed_total", "Replicas destroyed here.", counters.replicasDestroyed)
        text.gauge(
            "dshard_suspect_replicas", "Replicas that take no part.", UInt64(lane.host.suspects.count))
        text.counter("dshard_checks_total", "Shards led here whose replicas were compared.", counters.checks)
        text.counter(
            "dshard_check_divergences_total", "Checks that found a replica unlike the majority.", counters.divergences)
        text.counter(
            "dshard_check_divisions_total", "Checks that found replicas unlike each other and no majority.",
            counters.divisions)
        text.gauge(
            "dshard_divided_shards", "Shards led here whose replicas differ without a majority.",
            UInt64(lane.host.checkNotes.count))
        text.counter("dshard_scans_dropped_total", "Scans for checks that were not done.", counters.scansDropped)
        text.gauge(
            "dshard_placement_unreadable_rows", "Rows that placement cannot read, on the node that leads it.",
            UInt64(lane.membership?.placement?.controller?.unreadable.count ?? 0))
        text.gauge("dshard_client_connections", "Open client connections.", UInt64(lane.clients.count))
    }

    private func addStore(_ text: inout MetricsText) {
        let pressure = watch.pressure
        text.counter("dshard_log_syncs_total", "Syncs of the log.", logWriter.syncs.load(ordering: .relaxed))
        text.counter(
            "dshard_log_sync_nanoseconds_total", "Time spent in them.",
            logWriter.syncNanoseconds.load(ordering: .relaxed))
        text.gauge("dshard_store_level_zero_files", "Files in level 0.", UInt64(clamping: pressure.levelZeroFiles))
        text.gauge(
            "dshard_store_immutable_memtables", "Memtables that wait for a flush.",
            UInt64(clamping: pressure.immutableMemtables))
        text.gauge(
            "dshard_store_pending_compaction_bytes", "Bytes that compaction is behind.",
            pressure.pendingCompactionBytes)
    }

    private func addTransport(_ text: inout MetricsText) {
        let counters = lane.meter.counters
        text.counter("dshard_connections_opened_total", "Connections opened.", counters.opened)
        text.counter("dshard_frames_in_total", "Frames received.", counters.framesIn)
        text.counter("dshard_frames_out_total", "Frames sent.", counters.framesOut)
        text.counter("dshard_bytes_in_total", "Bytes received.", counters.bytesIn)
        text.counter("dshard_bytes_out_total", "Bytes sent.", counters.bytesOut)
        let closed: [(String, UInt64)] = [
            ("closed_by_peer", counters.closedByPeer), ("closed_locally", counters.closedLocally),
            ("replaced", counters.replaced), ("failed", counters.failed), ("garbage", counters.garbage),
            ("hello_timeout", counters.helloTimeouts), ("frame_timeout", counters.frameTimeouts),
            ("pending_overflow", counters.pendingOverflows), ("refused", counters.refused),
            ("turned_away", counters.turnedAway),
        ]
        text.counter("dshard_connections_closed_total", "Connections closed, by reason.", by: "reason", closed)
    }
}

/// Builds Prometheus' text exposition format.
struct MetricsText {
    private(set) var text = ""

    mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) counter\n\(name) \(value)\n"
    }

    mutating func gauge(_ name: String, _ help: String, _ value: UInt64) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
    }

    mutating func counter(_ name: String, _ help: String, by label: String, _ values: [(String, UInt64)]) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) counter\n"
        for (key, value) in values { text += "\(name){\(label)=\"\(key)\"} \(value)\n" }
    }
}

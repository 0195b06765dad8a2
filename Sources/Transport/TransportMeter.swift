/// Where the connections of one loop add up what they do; owned by that loop.
/// Safe because only that loop touches it; references cross threads only to be handed to the loop.
package final class TransportMeter: @unchecked Sendable {
    /// What has happened so far.
    package var counters = TransportCounters()
    /// Connections that exist now, introduced or not.
    package var connections = 0

    /// Nothing counted yet.
    package init() {}
}

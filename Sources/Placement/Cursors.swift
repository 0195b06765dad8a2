/// Where searches that found nothing stopped, as positions in the order of shards.
struct Cursors: Sendable {
    var atRisk = 0
    var repair = 0
    var evacuation = 0
    var labels = 0
}

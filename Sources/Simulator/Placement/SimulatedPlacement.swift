import Control
import NIOCore
import Wire

/// What a process has of placement: the mind of it while the node leads, and what it has told whoever leads.
struct SimulatedPlacement {
    var controller: Controller?
    var diary = ReportDiary()
    var isReading = false
    /// Who waits inside the process for the answer to a request to its own host, by the request's id.
    var waiting: [UInt64: (ClientResponse.Body) -> Void] = [:]
    /// Requests of administrators that the controller has, by its numbers.
    var asked: [UInt64: PlacementRequest] = [:]
    var nextAsked: UInt64 = 1
}

package import Raft

/// Every bound of placement's leader, with its reason.
package struct ControlLimits: Sendable {
    /// How often nodes are asked how they are.
    package var callInterval: Interval = .seconds(1)
    /// How often a node is asked that a change waits for, such as who has to take a leadership over.
    package var hurriedCallInterval: Interval = .milliseconds(100)
    /// How often everything is looked at. A pass over 100,000 shards takes tens of milliseconds.
    package var planInterval: Interval = .seconds(1)
    /// A pass follows the end of an operator after this: a drain is many short ones, one after the other.
    package var hurriedPlanInterval: Interval = .milliseconds(200)
    /// A step that was refused is asked for again after this.
    package var retryInterval: Interval = .milliseconds(250)
    /// A step without an answer is asked for again after this; its shard's leader may be another one by then.
    package var answerPatience: Interval = .seconds(3)
    /// A new leader plans when it has heard all nodes, or after this: those that it has not heard by then are down.
    package var settleTime: Interval = .seconds(2)
    /// Rows of one write: a few hundred bytes each, in one log entry.
    package var rowsPerWriteMax = 64
    /// Steps asked for at once; the others wait for the next look.
    package var stepsPerLookMax = 256
    /// Administrators that may wait for their turn.
    package var askersMax = 64

    /// Ended operators that are remembered beside the rows.
    package var endingsMax = 256

    /// How often rows are read again as long as one that does not read keeps everything from being planned.
    package var rereadInterval: Interval = .seconds(5)
    /// How often it is looked for rows of shards that are no more. One is deleted when it is found a second time.
    package var sweepInterval: Interval = .seconds(60)
    /// A step that the shard's leader calls senseless for so long will not be done.
    package var senselessTime: Interval = .seconds(3)
    /// How long the nodes' rows are read again, and new nodes asked how they are, before a request is refused for lack
    /// of them.
    package var newcomerTime: Interval = .seconds(2)

    package init() {}
}

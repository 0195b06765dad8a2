/// What happens to the bytes of one direction.
package enum LinkRule: Hashable, Sendable {
    /// They travel.
    case open
    /// They are held until the rule changes, and so is the news that the connection was closed: as in a network that
    /// is cut, nothing is lost of a connection, and nobody hears of anything.
    case cut
    /// They travel so much later, in order.
    case delayed(milliseconds: Int)
    /// The first ones of all that comes at once travel one by one.
    case sliced
}

import Keyspace
import NIOCore
import Routing

extension ClientCore {
    /// Where the known shards begin, in key order; empty when none is known.
    func borders() -> [Key] {
        loop.assertInEventLoop()
        return router.descriptors.map(\.range.start)
    }
}

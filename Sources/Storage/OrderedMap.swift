import Keyspace

/// A sorted map from bytes to bytes whose copies share what they have in common: a copy is free, a change costs a
/// path from the root. That makes snapshots and crash images of the in-memory engine cheap.
///
/// A treap whose priorities are a hash of the key, so that equal contents have equal shape in every run.
package struct OrderedMap: Sendable {
    private var root: Node?

    package init() {}

    private final class Node: Sendable {
        let key: [UInt8]
        let value: [UInt8]
        let priority: UInt64
        let left: Node?
        let right: Node?
        /// Keys and values of the subtree.
        let byteCount: Int

        init(key: [UInt8], value: [UInt8], priority: UInt64, left: Node?, right: Node?) {
            self.key = key
            self.value = value
            self.priority = priority
            self.left = left
            self.right = right
            byteCount = key.count + value.count + (left?.byteCount ?? 0) + (right?.byteCount ?? 0)
        }

        func with(left: Node?, right: Node?) -> Node {
            Node(key: key, value: value, priority: priority, left: left, right: right)
        }
    }

    /// The value of `key`.
    package subscript(key: RawSpan) -> [UInt8]? {
        var node = root
        while let current = node {
            let order = ByteOrder.compare(current.key, key)
            if order == 0 { return current.value }
            node = order > 0 ? current.left : current.right
        }
        return nil
    }

    /// Stores `value` under `key`.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        let (before, rest) = key.withBytes { OrderedMap.split(root, $0) }
        let (_, after) = (key + [0]).withBytes { OrderedMap.split(rest, $0) }
        let node = Node(key: key, value: value, priority: OrderedMap.hash(key), left: nil, right: nil)
        root = OrderedMap.join(OrderedMap.join(before, node), after)
    }

    /// Removes the keys of [`from`, `to`); nothing when they are in the wrong order.
    package mutating func removeRange(from: [UInt8], to: [UInt8]) {
        guard ByteOrder.compare(from, to) < 0 else { return }
        let (before, rest) = from.withBytes { OrderedMap.split(root, $0) }
        let (_, after) = to.withBytes { OrderedMap.split(rest, $0) }
        root = OrderedMap.join(before, after)
    }

    /// Bytes of the keys and values in [`from`, `to`).
    package func byteCount(from: RawSpan, to: RawSpan) -> Int {
        let (_, rest) = OrderedMap.split(root, from)
        return OrderedMap.split(rest, to).before?.byteCount ?? 0
    }

    /// Shows the rows of [`from`, `to`) in order, or in reverse, until `body` returns false.
    package func iterate(
        from: RawSpan, to: RawSpan, reverse: Bool, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) {
        var path: [Node] = []
        var node = root
        while let current = node {
            // Walk down to the first row of the order asked for; what lies outside the range is left out on the way.
            let isBefore = reverse ? ByteOrder.compare(current.key, to) >= 0 : ByteOrder.compare(current.key, from) < 0
            if !isBefore { path.append(current) }
            node = reverse == isBefore ? current.left : current.right
        }
        while let current = path.popLast() {
            let isPast = reverse ? ByteOrder.compare(current.key, from) < 0 : ByteOrder.compare(current.key, to) >= 0
            guard !isPast else { return }
            let goesOn = current.key.withBytes { key in current.value.withBytes { body(key, $0) } }
            guard goesOn else { return }
            node = reverse ? current.left : current.right
            while let next = node {
                path.append(next)
                node = reverse ? next.right : next.left
            }
        }
    }

    /// The keys before `key`, and the others.
    private static func split(_ node: Node?, _ key: RawSpan) -> (before: Node?, rest: Node?) {
        guard let node else { return (nil, nil) }
        if ByteOrder.compare(node.key, key) < 0 {
            let (before, rest) = split(node.right, key)
            return (node.with(left: node.left, right: before), rest)
        }
        let (before, rest) = split(node.left, key)
        return (before, node.with(left: rest, right: node.right))
    }

    /// Both trees in one; every key of `a` comes before every key of `b`.
    private static func join(_ a: Node?, _ b: Node?) -> Node? {
        guard let a else { return b }
        guard let b else { return a }
        return a.priority > b.priority
            ? a.with(left: a.left, right: join(a.right, b))
            : b.with(left: join(a, b.left), right: b.right)
    }

    /// FNV-1a with a final mix: spreads short, similar keys.
    private static func hash(_ key: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 33
        hash = hash &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ (hash >> 33)
    }
}

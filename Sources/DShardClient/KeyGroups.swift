import Keyspace

/// Divides keys into groups that one request each can carry.
enum KeyGroups {
    /// Bytes of one group, which one larger element may exceed.
    static let bytesMax = 256 << 10
    /// Keys of one group.
    static let keysMax = 1_000
    /// Groups that are under way at once.
    static let parallelMax = 16

    /// Groups of `places`, in key order, none across one of `borders` (sorted) or above the limits.
    static func make(_ places: [Int], of keys: [Key], borders: [Key], bytes: (Int) -> Int) -> [[Int]] {
        var groups: [[Int]] = []
        var group: [Int] = []
        var size = 0
        var border = 0
        for place in places.sorted(by: { keys[$0] < keys[$1] }) {
            var isApart = false
            while border < borders.count, borders[border] <= keys[place] {
                border += 1
                isApart = true
            }
            let more = bytes(place)
            if !group.isEmpty, isApart || size + more > bytesMax || group.count == keysMax {
                groups.append(group)
                group = []
                size = 0
            }
            group.append(place)
            size += more
        }
        if !group.isEmpty { groups.append(group) }
        return groups
    }
}

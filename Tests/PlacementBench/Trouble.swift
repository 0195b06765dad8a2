/// What happens to the cluster.
enum Trouble: String, CaseIterable {
    /// Nothing: how long does it take to find that nothing is to be done?
    case none
    case twoNewNodes = "two-new-nodes"
    case nodeLost = "node-lost"
    case zoneLost = "zone-lost"
    case decommission
}

/// When the search of one key gives up.
struct SearchLimits {
    /// Writes placed, those taken back included.
    var steps: Int
    /// Memory for configurations that led nowhere.
    var bytes: Int
}

/// What is left of what was not synced when the power goes. Everything is drawn from the seed.
package struct PowerLoss: Sendable, CustomStringConvertible {
    /// How much is lost.
    package enum Mode: String, Sendable, CaseIterable {
        /// All that was not synced.
        case everything
        /// All after some moment, as if the disk had worked in order.
        case suffix
        /// As `suffix`, and of the last write that is left only its first bytes.
        case torn
        /// Each page of each file by itself, the later perhaps without the earlier, and in each directory what happened
        /// to its names after some moment.
        case pages
    }

    /// What makes the name of a file durable.
    package enum NameRule: String, Sendable, CaseIterable {
        /// A sync of its directory and nothing else, which is all that POSIX promises.
        case strict
        /// Any sync, for all that happened to names before it: ext4 has one journal for the whole file system.
        case journaled
    }

    package var mode: Mode
    /// What counts as durable of directories.
    package var names: NameRule
    /// What the rest is drawn from.
    package var seed: UInt64

    package init(mode: Mode, names: NameRule = .strict, seed: UInt64) {
        self.mode = mode
        self.names = names
        self.seed = seed
    }

    package var description: String { "\(mode.rawValue), names \(names.rawValue), seed \(seed)" }
}

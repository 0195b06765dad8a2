/// What a conditional write found.
public enum CASResult: Hashable, Sendable {
    /// The condition held, and the new value is there under this version.
    case swapped(Version)
    /// The condition did not hold and nothing changed; `current` is the version that was found, nil when the key is
    /// absent.
    case conditionFalse(current: Version?)
}

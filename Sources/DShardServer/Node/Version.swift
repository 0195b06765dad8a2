/// What this program calls itself.
public enum Version {
    /// The release.
    public static let text = "0.1.0"
}

/// Numbers for people and JSON, without a locale.
enum NumberText {
    /// `value` rounded to `places` decimals. What is not a finite number of a sane size becomes zero: JSON has no NaN.
    static func text(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
        let scaled = (value * scale).rounded()
        guard scaled.isFinite, abs(scaled) < 9e15 else { return "0" }
        let number = Int64(scaled)
        guard places > 0 else { return String(number) }
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return (number < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// Nanoseconds as milliseconds with three decimals.
    static func milliseconds(_ nanoseconds: UInt64) -> String {
        text(Double(nanoseconds) / 1e6, places: 3)
    }
}

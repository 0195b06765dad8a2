/// A number of bytes as people write it: `512`, `64k`, `128MiB`, `1G`. All units are powers of 1,024.
struct ByteSize: Equatable, Sendable {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    static func mebibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 20) }
}

extension ByteSize: SettingValue {
    static let expectation = "a size, for example 512, 64KiB, 128MiB or 1GiB"

    init?(setting text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number >= 0,
            let scale = ByteSize.scale(text.dropFirst(digits.count).lowercased())
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    private static func scale(_ unit: String) -> Int? {
        switch unit {
        case "", "b": 1
        case "k", "kb", "kib": 1 << 10
        case "m", "mb", "mib": 1 << 20
        case "g", "gb", "gib": 1 << 30
        case "t", "tb", "tib": 1 << 40
        default: nil
        }
    }
}

extension ByteSize: CustomStringConvertible {
    /// In the greatest unit that leaves at least one, with one decimal: `1.5 MiB`.
    var description: String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard bytes >= 1024 else { return "\(bytes) B" }
        var scaled = Double(bytes) / 1024
        var index = 0
        while scaled >= 1024, index + 1 < units.count {
            scaled /= 1024
            index += 1
        }
        return NumberText.text(scaled, places: 1) + " " + units[index]
    }
}

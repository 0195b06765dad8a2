/// What a benchmark prints at its end.
struct BenchReport: Equatable, Sendable {
    var workload: Workload
    var clients: Int
    var figures: BenchTally.Figures

    private var seconds: String { NumberText.text(Double(figures.duration) / 1e9, places: 3) }

    private var rate: String {
        guard figures.duration > 0 else { return "0.0" }
        return NumberText.text(Double(figures.operations) * 1e9 / Double(figures.duration), places: 1)
    }

    /// The names and numbers in their order; what is a text in JSON is marked.
    private var fields: [(name: String, value: String)] {
        [
            ("clients", "\(clients)"), ("duration_s", seconds), ("operations", "\(figures.operations)"),
            ("ops_per_second", rate), ("p50_ms", NumberText.milliseconds(figures.p50)),
            ("p99_ms", NumberText.milliseconds(figures.p99)), ("p999_ms", NumberText.milliseconds(figures.p999)),
            ("max_ms", NumberText.milliseconds(figures.longest)),
            ("max_gap_ms", NumberText.milliseconds(figures.gap)), ("errors", "\(figures.errors)"),
            ("unknown", "\(figures.unknown)"),
        ]
    }

    /// One line.
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.field("workload", workload.rawValue)
        for (name, value) in fields {
            json.name(name)
            json.literal(value)
        }
        json.endObject()
        return json.text + "\n"
    }

    /// For people.
    var table: String {
        var table = TableText(header: ["workload", workload.rawValue])
        for (name, value) in fields { table.add([name, value]) }
        return table.text
    }
}

/// Says once a second how many rows have been loaded.
final class LoadMeter {
    private let output: OpenFile?
    private let start = ContinuousClock.now
    private var lastReport = ContinuousClock.now
    private var rows = 0

    init(output: OpenFile?) { self.output = output }

    /// `rows` are acknowledged by now.
    func report(_ rows: Int) {
        self.rows = rows
        guard output != nil, lastReport.duration(to: .now) >= .seconds(1) else { return }
        lastReport = .now
        say()
    }

    /// The last line.
    func finish() { say() }

    private func say() {
        let seconds = TimeSpan(start.duration(to: .now)).seconds
        output?.say("loaded \(rows) rows in \(NumberText.text(seconds, places: 1)) s\n")
    }
}

/// Columns for people: as wide as their widest cell, two spaces between them, nothing trailing.
struct TableText: Sendable {
    private var rows: [[String]]

    init(header: [String]) { rows = [header] }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines, each ended by a newline.
    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { TableText.line($0, widths: widths) }.joined()
    }

    private static func line(_ cells: [String], widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += cell
            if column + 1 < cells.count {
                line += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
        }
        return line.trimmedEnd + "\n"
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        String(dropLast(reversed().prefix { $0 == " " }.count))
    }
}

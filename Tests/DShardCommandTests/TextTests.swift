import Keyspace
import Testing

@testable import dshard

@Suite("Text forms of sizes, times and numbers")
struct TextTests {
    @Test(arguments: [
        ("0", 0), ("512", 512), ("512B", 512), ("64k", 65_536), ("64KiB", 65_536), ("1m", 1 << 20),
        ("128MiB", 128 << 20), ("1GiB", 1 << 30), ("2t", 2 << 40),
    ])
    func readsSizes(text: String, bytes: Int) {
        #expect(ByteSize(setting: text)?.bytes == bytes)
    }

    @Test(arguments: ["", "k", "-1", "1.5G", "1 GiB", "9223372036854775807k", "99999999999999999999", "1x", "１"])
    func refusesOtherSizes(text: String) {
        #expect(ByteSize(setting: text) == nil)
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"),
        (5 << 40, "5.0 TiB"), (Int.max, "8388608.0 TiB"),
    ])
    func showsSizes(bytes: Int, text: String) {
        #expect(ByteSize(bytes: bytes).description == text)
    }

    @Test(
        arguments: [
            ("30s", 30_000_000_000), ("500ms", 500_000_000), ("1.5m", 90_000_000_000), ("2h", 7_200_000_000_000),
            ("1d", 86_400_000_000_000), ("10us", 10_000), ("0s", 0),
        ] as [(String, UInt64)])
    func readsTimes(text: String, nanoseconds: UInt64) {
        #expect(TimeSpan(setting: text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "5", "s", "-1s", "1e3s", "1.2.3s", "5 s", "nan", "99999999999999d", "inf"])
    func refusesOtherTimes(text: String) {
        #expect(TimeSpan(setting: text) == nil)
    }

    @Test("A time that does not fit is the longest, not a trap")
    func saturates() {
        #expect(TimeSpan(.seconds(Int64.max)).nanoseconds == .max)
        #expect(TimeSpan(.seconds(-1)).nanoseconds == 0)
    }

    @Test(
        arguments: [
            (0.0, 3, "0.000"), (1.0005, 3, "1.001"), (12.34, 1, "12.3"), (-0.25, 2, "-0.25"), (99.96, 1, "100.0"),
            (7.0, 0, "7"), (.nan, 1, "0"), (.infinity, 1, "0"),
        ] as [(Double, Int, String)])
    func writesNumbers(value: Double, places: Int, text: String) {
        #expect(NumberText.text(value, places: places) == text)
    }

    @Test("JSON: order of names, commas, escapes")
    func writesJSON() {
        var json = JSONText()
        json.beginObject()
        json.field("a", 1)
        json.field("b", "q\"\\\n\u{1}é")
        json.name("c")
        json.beginArray()
        json.value(true)
        json.null()
        json.beginObject()
        json.endObject()
        json.endArray()
        json.field("d", key: [0x00, 0x41, 0x5C, 0xFF])
        json.field("e", keyOrNull: nil)
        json.endObject()
        #expect(
            json.text == #"{"a":1,"b":"q\"\\\u000a\u0001é","c":[true,null,{}],"d":"\\x00A\\\\\\xff","e":null}"#)
    }

    @Test("A table has aligned columns and no trailing blanks")
    func writesTables() {
        var table = TableText(header: ["A", "LONG", ""])
        table.add(["123456", "x", ""])
        #expect(table.text == "A       LONG\n123456  x\n")
    }

    @Test("An argument that is no UTF-8 keeps its bytes as escapes")
    func keepsArguments() throws {
        #expect(ArgumentText.text(Array("é\\x00".utf8)) == "é\\x00")
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0xA9, 0xE2, 0x82, 0x62, 0x80]
        #expect(try KeyText.decode(ArgumentText.text(bytes)) == bytes)
    }
}

import Keyspace
import Testing

/// CLI.md: printable UTF-8 as it is, `\` as `\\`, control bytes and invalid UTF-8 as `\xNN`.
@Suite struct KeyTextTests {
    @Test(arguments: [
        ("abc", "abc"), ("a\tb", "a\\x09b"), ("a\nb", "a\\x0ab"), ("\\", "\\\\"), ("\\x41", "\\\\x41"),
        ("ü€𐍈", "ü€𐍈"),
        ("\u{7F}", "\\x7f"), ("\u{0}", "\\x00"), ("", ""), (" \"'", " \"'"),
    ])
    func text(_ plain: String, _ encoded: String) throws {
        #expect(KeyText.encode(plain.utf8) == encoded)
        #expect(try KeyText.decode(encoded) == Array(plain.utf8))
    }

    @Test(
        arguments: [
            ([0xFF], "\\xff"),
            // Overlong, surrogate, beyond Unicode, cut off, continuation without lead.
            ([0xC0, 0x80], "\\xc0\\x80"), ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
            ([0xF4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"), ([0xE2, 0x82], "\\xe2\\x82"), ([0x80, 0x41], "\\x80A"),
            ([0xE2, 0x82, 0x41], "\\xe2\\x82A"),
        ] as [([UInt8], String)])
    func invalidUTF8(_ bytes: [UInt8], _ encoded: String) throws {
        #expect(KeyText.encode(bytes) == encoded)
        #expect(try KeyText.decode(encoded) == bytes)
    }

    @Test func everyByteAndPairComesBack() throws {
        for first in UInt8.min...UInt8.max {
            #expect(try KeyText.decode(KeyText.encode([first])) == [first])
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second]
                #expect(try KeyText.decode(KeyText.encode(bytes)) == bytes)
            }
        }
    }

    @Test func randomBytesComeBackAndArePrintable() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<3_000 {
            let bytes = random.bytes(0...40)
            let text = KeyText.encode(bytes)
            #expect(try KeyText.decode(text) == bytes)
            #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        }
    }

    @Test func validTextIsLeftAlone() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let scalar = Unicode.Scalar(UInt32.random(in: 0x80...0x10FFFF, using: &random)) ?? "é"
            let text = String(Character(scalar))
            #expect(KeyText.encode(text.utf8) == text)
        }
    }

    @Test(arguments: [
        ("\\", 0), ("ab\\", 2), ("\\n", 0), ("a\\x4", 1), ("\\xg0", 0), ("\\x0g", 0), ("\\\\\\", 2), ("ü\\X41", 2),
    ])
    func unknownEscapeSaysWhere(_ text: String, _ offset: Int) {
        #expect(throws: KeyTextError(offset: offset)) { try KeyText.decode(text) }
    }

    @Test func upperCaseDigitsAreUnderstood() throws {
        #expect(try KeyText.decode("\\xAB\\xCd") == [0xAB, 0xCD])
    }
}

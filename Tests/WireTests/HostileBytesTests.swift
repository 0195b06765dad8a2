import NIOCore
import Testing
import Wire

/// RELIABILITY.md H1–H3, H9, H14 and S6–S8: no bytes from outside trap, and none are taken for something else.
@Suite struct HostileBytesTests {
    @Test(arguments: try Codec.all())
    func comesBack(_ codec: Codec) throws {
        #expect(hex(try codec.recode(codec.sample)) == hex(codec.sample))
    }

    @Test(arguments: try Codec.all())
    func everyTruncationIsAnError(_ codec: Codec) {
        for count in 0..<codec.sample.readableBytes {
            let cut = ByteBuffer(bytes: codec.sample.readableBytesView.prefix(count))
            #expect(throws: WireError.self, "\(count) of \(codec.sample.readableBytes) bytes") {
                _ = try codec.recode(cut)
            }
        }
    }

    /// Rule 24: unknown trailing fields are skipped in messages, never in entries and records.
    @Test(arguments: try Codec.all())
    func trailingBytesAreForMessagesOnly(_ codec: Codec) throws {
        var longer = codec.sample
        longer.writeBytes([1, 2, 3])
        if codec.skipsTrailing {
            #expect(hex(try codec.recode(longer)) == hex(codec.sample))
        } else {
            #expect(throws: WireError.self) { _ = try codec.recode(longer) }
        }
    }

    @Test(arguments: try Codec.all())
    func mutationsNeverTrap(_ codec: Codec) {
        var random = SeededRandom(seed: 42)
        var refused = 0
        let rounds = 600
        for _ in 0..<rounds {
            var bytes = Array(codec.sample.readableBytesView)
            mutate(&bytes, &random)
            do throws(any Error) {
                // What is accepted can be written again, and is then read as the same.
                let once = try codec.recode(ByteBuffer(bytes: bytes))
                #expect(try codec.recode(once) == once)
            } catch {
                #expect(error is WireError)
                refused += 1
            }
        }
        if !bytesAreFree(codec) { #expect(refused > rounds / 50) }
    }

    @Test func randomBytesNeverTrap() throws {
        var random = SeededRandom(seed: 43)
        for codec in try Codec.all() {
            for _ in 0..<200 { _ = try? codec.recode(ByteBuffer(bytes: random.bytes(0...120))) }
        }
    }

    /// Bodies that are nothing but numbers: every mutation of them is another valid one.
    private func bytesAreFree(_ codec: Codec) -> Bool { codec.sample.readableBytes < 40 || codec.skipsTrailing }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: index)
            case 4: bytes.removeSubrange(index...)
            default:
                // A length or count field at one of its extremes.
                let extreme: [UInt8] =
                    [
                        [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F],
                    ].randomElement(using: &random) ?? []
                for (offset, byte) in extreme.enumerated() where index + offset < bytes.count {
                    bytes[index + offset] = byte
                }
            }
        }
    }
}

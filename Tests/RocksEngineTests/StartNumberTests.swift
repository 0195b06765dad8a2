import Foundation
@testable import RocksEngine
import Testing

/// Numbers of starts only go up (rule 7).
@Suite struct StartNumberTests {
    private func open(_ folder: TemporaryFolder) throws -> DataDirectory {
        let directory = try DataDirectory.open(folder.path)
        if directory.identity == nil { try directory.write(Identity(incarnation: 1, createdBy: "a test")) }
        return directory
    }

    @Test func everyStartHasAGreaterNumber() throws {
        let folder = try TemporaryFolder()
        var last: UInt32 = 0
        // The wall clock goes on, stands, and goes back.
        for wallSeconds in [1_000, 2_000, 2_000, 5, 0, 3_000] as [UInt64] {
            let directory = try open(folder)
            let number = try directory.countStart(wallSeconds: wallSeconds)
            #expect(number > last)
            #expect(UInt64(number) >= wallSeconds)
            last = number
        }
    }

    @Test func aLostOrDamagedFileGoesOnFromTheClock() throws {
        let folder = try TemporaryFolder()
        let directory = try open(folder)
        let first = try directory.countStart(wallSeconds: 1_000)
        for damage in ["", "x", "99999999999999", "-1"] {
            try Data(damage.utf8).write(to: URL(fileURLWithPath: folder.path + "/STARTS"))
            #expect(try directory.countStart(wallSeconds: 1_001) > first)
        }
        try FileManager.default.removeItem(atPath: folder.path + "/STARTS")
        #expect(try directory.countStart(wallSeconds: 1_001) > first)
    }
}

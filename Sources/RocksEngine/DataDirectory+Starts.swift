extension DataDirectory {
    /// Counts this start, durably, in the file `STARTS`, and returns its number: greater than that of every earlier
    /// start of this directory. By it the peers know a late word of an earlier process for what it is (rule 7).
    ///
    /// `wallSeconds` is the time since 1970, in seconds: should the file be lost, the numbers still go up.
    package func countStart(wallSeconds: UInt64) throws(FileError) -> UInt32 {
        let text = try Files.read(path + "/STARTS").flatMap { String(validating: $0, as: UTF8.self) } ?? ""
        let last = UInt32(text.prefix { $0.isNumber }) ?? 0
        // A clock far in the future must not use the numbers up.
        let clock = UInt32(clamping: min(wallSeconds, UInt64(UInt32.max) / 2))
        let number = max(last < .max ? last + 1 : last, clock)
        try Files.replace("STARTS", in: path, with: Array("\(number)\n".utf8))
        return number
    }
}

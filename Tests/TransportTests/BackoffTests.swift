import Raft
import Testing
import Transport

@Suite struct BackoffTests {
    @Test func doublesWithJitterUpToTheCeilingAndStartsAnew() {
        var generator = Seeded(state: 1)
        var backoff = Backoff()
        var whole: Int64 = 20
        for _ in 0..<12 {
            let pause = backoff.next(using: &generator)
            #expect(pause >= .milliseconds(whole / 2) && pause <= .milliseconds(whole))
            whole = min(whole * 2, 1_000)
        }
        backoff.reset()
        let pause = backoff.next(using: &generator)
        #expect(pause <= .milliseconds(20))
    }
}

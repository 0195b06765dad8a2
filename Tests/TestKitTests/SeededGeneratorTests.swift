import TestKit
import Testing

/// Tests are as deterministic as the numbers they draw.
@Suite("The seeded source of random numbers") struct SeededGeneratorTests {
    @Test("The numbers are those of SplitMix64, whose reference gives these for the seed 1234567")
    func knownNumbers() {
        var generator = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<3).map { _ in generator.next() }
        #expect(numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    @Test("A seed repeats itself, and another one does not")
    func seeds() {
        func numbers(_ seed: UInt64) -> [UInt64] {
            var generator = SeededGenerator(seed: seed)
            return (0..<10).map { _ in generator.next() }
        }
        #expect(numbers(0) == numbers(0))
        #expect(Set(numbers(0)).isDisjoint(with: numbers(1)))
    }
}

/// What is known about each value of one key: who may have written it, and whether somebody saw it.
///
/// The tables span all values of the history and are made once; `reset` cleans what the last key has touched.
struct ValueFacts {
    private struct Fact {
        var firstWriter = ValueFacts.none
        /// The value's number in the search, or none yet.
        var number = ValueFacts.none
        var isSeen = false
        var isAsked = false
    }

    private static let none: Int32 = -1

    private var facts: [Fact]
    private var touched: [ValueNumber] = []
    /// By operation: the next one that writes the same value.
    private var nextWriter: [Int32] = []

    init(valueCount: Int) { facts = Array(repeating: Fact(), count: valueCount) }

    /// Takes up a key with so many operations.
    mutating func begin(operationCount: Int) {
        nextWriter.removeAll(keepingCapacity: true)
        nextWriter.append(contentsOf: repeatElement(ValueFacts.none, count: operationCount))
    }

    /// Forgets the key.
    mutating func reset() {
        for value in touched { facts[value.index] = Fact() }
        touched.removeAll(keepingCapacity: true)
    }

    mutating func addWriter(_ operation: Int, of value: ValueNumber) {
        touched.append(value)
        nextWriter[operation] = facts[value.index].firstWriter
        facts[value.index].firstWriter = Int32(truncatingIfNeeded: operation)
    }

    mutating func noteSeen(_ value: ValueNumber) {
        touched.append(value)
        facts[value.index].isSeen = true
    }

    mutating func noteAsked(_ value: ValueNumber) {
        touched.append(value)
        facts[value.index].isAsked = true
    }

    func isSeen(_ value: ValueNumber) -> Bool { facts[value.index].isSeen }

    func firstWriter(of value: ValueNumber) -> Int? { ValueFacts.operation(facts[value.index].firstWriter) }

    func writer(after operation: Int) -> Int? { ValueFacts.operation(nextWriter[operation]) }

    /// Whether the value that `firstWriter` found has a second writer.
    func hasOtherWriter(than operation: Int) -> Bool { nextWriter[operation] != ValueFacts.none }

    /// The value's number in the search; a new one counts `count` up.
    mutating func number(of value: ValueNumber, _ count: inout Int32) -> Int32 {
        guard value != .absent else { return RegisterOperation.absent }
        let fact = facts[value.index]
        guard fact.number == ValueFacts.none else { return fact.number }
        guard fact.isSeen || fact.isAsked else { return RegisterOperation.unseen }
        facts[value.index].number = count
        count += 1
        return count - 1
    }

    private static func operation(_ number: Int32) -> Int? { number == none ? nil : Int(number) }
}

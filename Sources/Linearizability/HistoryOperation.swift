/// One operation of one client as the client saw it, in numbers: texts are looked up in the `History` it belongs to.
package struct HistoryOperation: Equatable, Sendable {
    /// What was asked for.
    package enum Kind: UInt8, Sendable {
        /// Writes `value`.
        case put
        /// Reads; `observed` is what it found.
        case get
        /// Removes the key.
        case delete
        /// Writes `value` if the key has the value `observed`, or is absent when that is `ValueNumber.absent`.
        case compareAndSet
    }

    /// What the client knows about the end.
    package enum Outcome: UInt8, Sendable {
        /// It took effect.
        case ok
        /// It took no effect: refused, or the condition of a compare-and-set was false.
        case failed
        /// It may have taken effect, may do so at any later time, or never.
        case unknown
    }

    /// One client has one operation at a time; the verdict does not depend on it.
    package var client: Int32
    package var kind: Kind
    package var outcome: Outcome
    package var key: KeyNumber
    /// What a put or a compare-and-set writes; absent for the others.
    package var value: ValueNumber
    /// What a get found, or what a compare-and-set wants to find; absent for the others.
    package var observed: ValueNumber
    /// When the client called, in nanoseconds of one clock.
    package var start: Int64
    /// When the client had its answer, in nanoseconds of the same clock; never before `start`.
    package var end: Int64

    package init(
        client: Int32, kind: Kind, outcome: Outcome, key: KeyNumber, value: ValueNumber, observed: ValueNumber,
        start: Int64, end: Int64
    ) {
        self.client = client
        self.kind = kind
        self.outcome = outcome
        self.key = key
        self.value = value
        self.observed = observed
        self.start = start
        self.end = end
    }
}

extension HistoryOperation {
    /// The value the register has once this has taken effect; nil for what never changes it.
    var written: ValueNumber? {
        guard outcome != .failed else { return nil }
        switch kind {
        case .put, .compareAndSet: return value
        case .delete: return .absent
        case .get: return nil
        }
    }

    /// The value the register must have had for this to end as it did; nil for what says nothing about that.
    var seen: ValueNumber? {
        guard outcome == .ok, kind == .get || kind == .compareAndSet else { return nil }
        return observed
    }
}

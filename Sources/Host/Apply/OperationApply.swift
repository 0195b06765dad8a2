import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Applies the operations of one command to the batch being built.
struct OperationApply {
    let store: any StateStore
    let batch: any StateBatch
    /// The entry's time: what decides expiry (rule 21).
    let stampMilliseconds: UInt64
    /// Whether some operation of the batch reads, so that every write must be visible to those behind it.
    let usesOverlay: Bool

    /// What an operation that reads finds.
    private struct Found {
        var version: Timestamp
        var value: [UInt8]
    }

    func apply(
        _ cursor: inout OperationCursor, _ command: CommandView, _ overlay: inout Overlay, _ chain: inout ChainedHash
    ) throws(ApplyError) -> WriteResult {
        var single: OperationOutcome?
        var several: [OperationOutcome] = []
        if command.operationCount > 1 { several.reserveCapacity(command.operationCount) }
        while true {
            let version = cursor.version
            guard let operation = try Self.next(&cursor) else { break }
            if isPlanted(.halfBatch), several.count == 1 {
                several.append(.put(version: version))
                continue
            }
            let outcome = try apply(operation, cursor.bytes, version, &overlay, &chain)
            if command.operationCount == 1 { single = outcome } else { several.append(outcome) }
        }
        if let single { return .one(single) }
        return .many(several)
    }

    private static func next(_ cursor: inout OperationCursor) throws(ApplyError) -> OperationView? {
        do throws(WireError) {
            return try cursor.next()
        } catch {
            throw .malformed(error)
        }
    }

    private func apply(
        _ operation: OperationView, _ bytes: ByteBuffer, _ version: Timestamp, _ overlay: inout Overlay,
        _ chain: inout ChainedHash
    ) throws(ApplyError) -> OperationOutcome {
        switch operation.kind {
        case .put:
            put(operation, bytes, version, &overlay, &chain)
            return .put(version: version)
        case .delete:
            let existed = try find(operation, bytes, overlay) != nil
            if existed, !isPlanted(.deleteIgnored) { delete(operation, bytes, &overlay, &chain) }
            return .deleted(existed: existed, version: version)
        case .compareAndSetValue, .compareAndSetVersion, .compareAndSetAbsent:
            let found = try find(operation, bytes, overlay)
            guard holds(operation, bytes, found) else { return .conditionFalse(current: found?.version) }
            put(operation, bytes, version, &overlay, &chain)
            return .swapped(version: version)
        }
    }

    private func holds(_ operation: OperationView, _ bytes: ByteBuffer, _ found: Found?) -> Bool {
        if isPlanted(.conditionIgnored) { return true }
        switch operation.kind {
        case .compareAndSetAbsent: return found == nil
        case .compareAndSetVersion: return found?.version == operation.expectVersion
        case .compareAndSetValue:
            guard let found else { return false }
            return found.value == Self.copy(bytes, operation.expect)
        case .put, .delete: return true
        }
    }

    private func put(
        _ operation: OperationView, _ bytes: ByteBuffer, _ version: Timestamp, _ overlay: inout Overlay,
        _ chain: inout ChainedHash
    ) {
        let span = bytes.readableBytesSpan
        chain.mix(span.extracting(operation.key))
        chain.mix(version.rawValue)
        if let expiry = operation.expiryMilliseconds { chain.mix(expiry) }
        chain.mix(span.extracting(operation.value))
        let header = DataValue.header(version: version, expiry: operation.expiryMilliseconds)
        header.withBytes { header in
            batch.put(
                span.extracting(operation.key), header: header, value: span.extracting(operation.value))
        }
        guard usesOverlay else { return }
        let value = Self.copy(bytes, operation.value)
        overlay.set(
            Self.copy(bytes, operation.key),
            .present(version: version, expiry: operation.expiryMilliseconds, value: value))
    }

    private func delete(
        _ operation: OperationView, _ bytes: ByteBuffer, _ overlay: inout Overlay, _ chain: inout ChainedHash
    ) {
        chain.mix(bytes.readableBytesSpan.extracting(operation.key))
        batch.delete(bytes.readableBytesSpan.extracting(operation.key))
        if usesOverlay { overlay.set(Self.copy(bytes, operation.key), .absent) }
    }

    /// The live record of the operation's key: in the batch being built, else in the store.
    private func find(
        _ operation: OperationView, _ bytes: ByteBuffer, _ overlay: Overlay
    ) throws(ApplyError) -> Found? {
        switch overlay.lookup(Self.copy(bytes, operation.key)) {
        case .absent: return nil
        case .present(let version, let expiry, let value): return live(version, expiry, value)
        case nil: break
        }
        var result: Result<Found?, StorageError> = .success(nil)
        do throws(StorageError) {
            _ = try store.get(bytes.readableBytesSpan.extracting(operation.key), tier: .disk) { stored in
                result = Result { () throws(StorageError) -> Found? in
                    let header = try DataValue.decode(stored)
                    let value = [UInt8](copying: stored.extracting(droppingFirst: header.valueOffset))
                    return live(header.version, header.expiry, value)
                }
            }
            return try result.get()
        } catch {
            throw .storage(error)
        }
    }

    /// A record is absent iff its expiry is not after the entry's stamp, physically there or not (rule 21).
    private func live(_ version: Timestamp, _ expiry: UInt64?, _ value: [UInt8]) -> Found? {
        if let expiry, expiry <= stampMilliseconds { return nil }
        return Found(version: version, value: value)
    }

    private static func copy(_ bytes: ByteBuffer, _ range: Range<Int>) -> [UInt8] {
        [UInt8](copying: bytes.readableBytesSpan.extracting(range))
    }
}

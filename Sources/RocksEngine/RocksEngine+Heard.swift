package import Storage
import Synchronization

extension RocksEngine {
    /// Lets the log writer's numbers go on above what a peer has heard from this incarnation, durably: the node has
    /// forgotten something, and must not be found out again for the same loss (rule 14). Mark the node suspect
    /// first. Nothing happens when the numbers are there already.
    package func raiseNumber(above heard: UInt64) throws(StorageError) {
        // From outside: half the number line is more than any node will ever write.
        guard heard < UInt64.max / 2 else { throw .misuse("a running number of \(heard)") }
        guard writers[Int(RecoveryCheck.logWriter)].last.withLock({ $0 < heard }) else { return }
        try changing { () throws(StorageError) in
            try log.withLock { (log) throws(StorageError) in
                let writer = RecoveryCheck.logWriter
                log.batch.clear()
                [NodeKey.numberSpace, writer].withBytes { from in
                    [NodeKey.numberSpace, writer + 1].withBytes { log.batch.deleteRange(.node, from: from, to: $0) }
                }
                var value = SmallBytes()
                value.append(littleEndian: heard + 1)
                NodeKey.firstNumber(writer: writer).withBytes { key in
                    value.withBytes { log.batch.put(.node, key, $0) }
                }
                writers[Int(writer)].last.withLock { $0 = max($0, heard) }
                try commit(log.batch, writer: writer)
            }
        }
        try sync()
        try syncMark()
    }
}

/// A history has as many different keys or values as can be counted: 2,147,483,646.
package struct HistoryFull: Error, Equatable {}

package backend

// BreakLog makes the audit log unwritable, as a full disk would.
func BreakLog(b *Backend) { _ = b.log.Close() }

//go:build unix && !linux

package keys

func harden() Hardening { return Hardening{CoreDumpsOff: limitCore()} }

// keepOutOfDumps has no means outside Linux.
func keepOutOfDumps([]byte) {}

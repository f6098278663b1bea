package keys

// harden has nothing to call: Windows writes an image of memory only where an
// administrator switched that on for the whole computer.
func harden() Hardening { return Hardening{} }

package keys

// Hardening says what HardenProcess could do.
type Hardening struct {
	CoreDumpsOff bool `json:"core_dumps_off" doc:"A crash leaves no image of memory on the disk"`
	TracingOff   bool `json:"tracing_off" doc:"Other programs of the same account may not read this one's memory (Linux)"`
}

// HardenProcess asks the system to leave no image of this process's memory
// anywhere. It is for the whole process and for good, so the program calls it
// once, at the start; what a system does not offer is reported and left.
//
// With tracing off, Linux gives the process's entries in /proc to root: a
// debugger cannot attach, and a desktop portal may not recognise the program.
func HardenProcess() Hardening { return harden() }

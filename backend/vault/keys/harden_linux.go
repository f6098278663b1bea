package keys

import "golang.org/x/sys/unix"

func harden() Hardening {
	return Hardening{
		CoreDumpsOff: limitCore(),
		TracingOff:   unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) == nil,
	}
}

// keepOutOfDumps leaves pages out of core images, should dumps be on after all.
func keepOutOfDumps(pages []byte) { _ = unix.Madvise(pages, unix.MADV_DONTDUMP) }

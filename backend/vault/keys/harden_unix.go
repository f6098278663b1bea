//go:build unix

package keys

import "golang.org/x/sys/unix"

// limitCore sets the size of a core image to nothing, for good.
func limitCore() bool {
	return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) == nil
}

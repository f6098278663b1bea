//go:build unix

package keys

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapPages gives whole pages of zeros that belong to nothing else, locked
// against swapping where the limit on locked memory allows it.
func mapPages(size int) (pages []byte, locked bool, err error) {
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	pages, err = unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, false, err
	}
	keepOutOfDumps(pages)
	return pages, unix.Mlock(pages) == nil, nil
}

// unmapPages gives back what mapPages gave; unmapping unlocks.
func unmapPages(pages []byte) { _ = unix.Munmap(pages) }

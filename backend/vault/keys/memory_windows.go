package keys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapPages gives whole pages of zeros that belong to nothing else, locked
// against swapping where the working set allows it.
func mapPages(size int) (pages []byte, locked bool, err error) {
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	at, err := windows.VirtualAlloc(0, uintptr(size), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return nil, false, err
	}
	// The address is the system's, not the collector's: reading it through a
	// pointer to the variable is how vet is told so.
	pages = unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), size)
	return pages, windows.VirtualLock(at, uintptr(size)) == nil, nil
}

// unmapPages gives back what mapPages gave; freeing unlocks.
func unmapPages(pages []byte) {
	_ = windows.VirtualFree(uintptr(unsafe.Pointer(unsafe.SliceData(pages))), 0, windows.MEM_RELEASE)
}

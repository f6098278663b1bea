package encfs

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite, transpiled to Go, keeps its data outside Go's heap and passes
// addresses as uintptr. This file is the one place that turns them into Go
// values.

// at views C memory at p as a T. The memory is not Go's and does not move.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// bytesAt views n bytes of C memory.
func bytesAt(p uintptr, n int) []byte { return unsafe.Slice(at[byte](p), n) }

// address is that of a variable outside the heap (a package variable), or of C memory.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// callback is the address by which transpiled C calls a top-level Go function.
func callback[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// function is the Go function behind such an address.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

const (
	wordBytes = unsafe.Sizeof(uintptr(0))
	vfsBytes  = libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{}))
	// A sqlite3_file of ours: the methods, a handle, then the file below.
	belowOffset = 2 * wordBytes
)

// table finds Go values by a number that C memory can hold. It is package state
// because SQLite's callbacks bring nothing else along. Reading takes no lock.
type table[T any] struct {
	mu    sync.Mutex
	items atomic.Pointer[[]*T] // copied when changed; 0 is never used
}

var (
	systems table[FS]
	files   table[file]
)

func (t *table[T]) add(item *T) uintptr {
	t.mu.Lock()
	defer t.mu.Unlock()
	var items []*T
	if old := t.items.Load(); old != nil {
		items = append(items, *old...)
	} else {
		items = append(items, nil)
	}
	for i := 1; i < len(items); i++ {
		if items[i] == nil {
			items[i] = item
			t.items.Store(&items)
			return uintptr(i)
		}
	}
	items = append(items, item)
	t.items.Store(&items)
	return uintptr(len(items) - 1)
}

func (t *table[T]) get(handle uintptr) *T { return (*t.items.Load())[handle] }

func (t *table[T]) remove(handle uintptr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	items := append([]*T(nil), *t.items.Load()...)
	items[handle] = nil
	t.items.Store(&items)
}

package keys

import (
	"errors"
	"runtime"
	"sync"
)

// errDestroyed is what using a secret after Destroy gives: the vault was locked
// meanwhile.
var errDestroyed = errors.New("keys: used after being destroyed")

// memory is a short secret outside Go's heap, so that the collector makes no
// copies of it, on pages of its own, so that locking and releasing one secret
// does nothing to another.
type memory struct {
	guard   sync.RWMutex // readers in use; the writer destroys
	data    []byte       // nil once destroyed
	pages   []byte       // what data lies in; nil on the heap
	locked  bool
	cleanup runtime.Cleanup
}

// newMemory holds size zero bytes. Where the system gives no pages it falls back
// to the heap, where locked is false.
func newMemory(size int) *memory {
	m := &memory{}
	pages, locked, err := mapPages(size)
	if err != nil {
		m.data = make([]byte, size)
		return m
	}
	m.data, m.pages, m.locked = pages[:size:size], pages, locked
	m.cleanup = runtime.AddCleanup(m, release, pages)
	return m
}

// release zeroes pages and gives them back.
func release(pages []byte) {
	clear(pages)
	unmapPages(pages)
}

// use lends the bytes to f. They must not outlive the call, and f must not use
// or destroy the same memory.
func (m *memory) use(f func([]byte) error) error {
	if m == nil {
		return errDestroyed
	}
	m.guard.RLock()
	defer m.guard.RUnlock()
	if m.data == nil {
		return errDestroyed
	}
	return f(m.data)
}

// destroy waits for those who use the bytes, zeroes them and gives them back.
func (m *memory) destroy() {
	if m == nil {
		return
	}
	m.guard.Lock()
	defer m.guard.Unlock()
	if m.data == nil {
		return
	}
	clear(m.data)
	if m.pages != nil {
		m.cleanup.Stop()
		unmapPages(m.pages)
	}
	m.data, m.pages = nil, nil
}

// wipe zeroes a copy of a secret on the heap. The collector may have moved none
// of it: Go's heap does not move.
func wipe(secrets ...[]byte) {
	for _, s := range secrets {
		clear(s)
		runtime.KeepAlive(&s)
	}
}

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
	guard   sync.RWMutex // readers use held; the writer takes it away
	held    *region      // nil once destroyed
	locked  bool
	cleanup runtime.Cleanup
}

// region is behind a second pointer because fmt follows one when it is given a
// verb that does not fit, even in a field it may not call methods on.
type region struct {
	data  []byte
	pages []byte // what data lies in; nil on the heap
}

// newMemory holds size zero bytes. Where the system gives no pages it falls back
// to the heap, where locked is false.
func newMemory(size int) *memory {
	pages, locked, err := mapPages(size)
	if err != nil {
		return &memory{held: &region{data: make([]byte, size)}}
	}
	held := &region{data: pages[:size:size], pages: pages}
	m := &memory{held: held, locked: locked}
	m.cleanup = runtime.AddCleanup(m, (*region).release, held)
	return m
}

// release zeroes the secret and gives its pages back.
func (h *region) release() {
	clear(h.data)
	if h.pages != nil {
		unmapPages(h.pages)
	}
}

// use lends the bytes to f. They must not outlive the call, and f must not use
// or destroy the same memory.
func (m *memory) use(f func([]byte) error) error {
	if m == nil {
		return errDestroyed
	}
	m.guard.RLock()
	defer m.guard.RUnlock()
	if m.held == nil {
		return errDestroyed
	}
	return f(m.held.data)
}

// destroy waits for those who use the bytes, zeroes them and gives them back.
func (m *memory) destroy() {
	if m == nil {
		return
	}
	m.guard.Lock()
	defer m.guard.Unlock()
	if m.held == nil {
		return
	}
	m.cleanup.Stop()
	m.held.release()
	m.held = nil
}

// wipe zeroes copies of secrets on the heap, which does not move, so that there
// is no other.
func wipe(secrets ...[]byte) {
	for _, s := range secrets {
		clear(s)
		runtime.KeepAlive(&s)
	}
}

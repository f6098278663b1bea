package keys

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
)

// KeySize is the length of every key here, in bytes.
const KeySize = 32

// Key is 32 secret bytes in locked memory. It prints, logs and encodes as
// "[secret]". Copy the pointer, not the key; one owner calls Destroy.
type Key struct {
	redacted
	mem *memory
}

// NewKey draws a key from the system's random source.
func NewKey() *Key {
	k := &Key{mem: newMemory(KeySize)}
	_ = k.Use(func(b []byte) error { _, err := rand.Read(b); return err }) // rand.Read never fails
	return k
}

// KeyFrom takes 32 bytes over: they are copied into locked memory and the
// original is zeroed, also where its length is wrong.
func KeyFrom(b []byte) (*Key, error) {
	defer wipe(b)
	if len(b) != KeySize {
		return nil, fmt.Errorf("keys: a key has %d bytes, these are %d", KeySize, len(b))
	}
	k := &Key{mem: newMemory(KeySize)}
	_ = k.Use(func(to []byte) error { copy(to, b); return nil })
	return k, nil
}

// Use lends the bytes to f, and waits with Destroy until it returns. f keeps no
// reference, and neither uses nor destroys this same key. After Destroy the
// result is an error and f is not called.
//
// What the standard library derives from the bytes, such as the key schedule
// inside an AEAD, is on the heap and cannot be zeroed: drop it when the vault
// locks.
func (k *Key) Use(f func(b []byte) error) error {
	if k == nil {
		return errDestroyed
	}
	return k.mem.use(f)
}

// Clone is an independent copy, with a Destroy of its own.
func (k *Key) Clone() (*Key, error) {
	c := &Key{mem: newMemory(KeySize)}
	err := k.Use(func(from []byte) error {
		return c.Use(func(to []byte) error { copy(to, from); return nil })
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Equal compares in constant time. A destroyed key equals nothing, not even
// itself.
func (k *Key) Equal(other *Key) bool {
	if k == other {
		return k.Use(func([]byte) error { return nil }) == nil
	}
	same := false
	_ = k.Use(func(a []byte) error {
		return other.Use(func(b []byte) error {
			same = subtle.ConstantTimeCompare(a, b) == 1
			return nil
		})
	})
	return same
}

// Locked reports whether the system agreed to keep the key out of swap. Where
// it did not, the key works all the same.
func (k *Key) Locked() bool { return k != nil && k.mem != nil && k.mem.locked }

// Destroy zeroes the key and gives its memory back; twice is harmless.
func (k *Key) Destroy() {
	if k != nil {
		k.mem.destroy()
	}
}

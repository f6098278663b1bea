package keys_test

import (
	"bytes"
	"sync"
	"testing"

	"vitrine/backend/vault/keys"
)

func TestAKeyIsTakenOverAndEndsWithDestroy(t *testing.T) {
	raw := bytes.Repeat([]byte{7}, keys.KeySize)
	k, err := keys.KeyFrom(raw)
	must(t, err)
	if !bytes.Equal(raw, make([]byte, keys.KeySize)) {
		t.Error("the original was not zeroed")
	}
	must(t, k.Use(func(b []byte) error {
		if !bytes.Equal(b, bytes.Repeat([]byte{7}, keys.KeySize)) {
			t.Error("other bytes are lent")
		}
		return nil
	}))
	copied, err := k.Clone()
	must(t, err)
	k.Destroy()
	k.Destroy()
	called := false
	if err := k.Use(func([]byte) error { called = true; return nil }); err == nil || called {
		t.Error("used after being destroyed")
	}
	if _, err := k.Clone(); err == nil {
		t.Error("cloned after being destroyed")
	}
	must(t, copied.Use(func(b []byte) error {
		if b[0] != 7 {
			t.Error("the copy went with the original")
		}
		return nil
	}))
	for _, n := range []int{0, 31, 33} {
		if _, err := keys.KeyFrom(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes", n)
		}
	}
}

func TestKeysAreCompared(t *testing.T) {
	a, b := keys.NewKey(), keys.NewKey()
	same, err := a.Clone()
	must(t, err)
	var none *keys.Key
	if !a.Equal(same) || !a.Equal(a) || a.Equal(b) || a.Equal(none) || none.Equal(a) || none.Equal(none) {
		t.Error("compared wrongly")
	}
	a.Destroy()
	if a.Equal(same) || a.Equal(a) {
		t.Error("a destroyed key equals something")
	}
	none.Destroy()
}

// TestDestroyWaitsForThoseWhoUseAKey: memory that is gone must not be read.
func TestDestroyWaitsForThoseWhoUseAKey(t *testing.T) {
	for range 50 {
		k := keys.NewKey()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				sum := 0
				for k.Use(func(b []byte) error {
					for _, x := range b {
						sum += int(x)
					}
					return nil
				}) == nil {
				}
			})
		}
		k.Destroy()
		all.Wait()
	}
}

func TestAThousandKeysWorkWhereMemoryToLockRunsOut(t *testing.T) {
	var all []*keys.Key
	for range 1000 {
		all = append(all, keys.NewKey())
	}
	for i, k := range all {
		if i > 0 && k.Equal(all[i-1]) {
			t.Fatal("two keys are the same")
		}
	}
	for _, k := range all {
		k.Destroy()
	}
}

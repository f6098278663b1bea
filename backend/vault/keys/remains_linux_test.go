package keys_test

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"vitrine/backend/vault/keys"
)

// TestNothingRemainsInMemory searches all memory of a process that made a vault,
// opened it in the ways that people do and locked it, as one would search a core
// image or the swap. (UnlockEscrow says what it leaves.)
func TestNothingRemainsInMemory(t *testing.T) { runChild(t, "remains") }

func init() { children["remains"] = searchRemains }

// mask hides what is searched for from the search itself.
const mask = 0xa5

func masked(k *keys.Key) (hidden []byte) {
	_ = k.Use(func(b []byte) error {
		for _, x := range b {
			hidden = append(hidden, x^mask)
		}
		return nil
	})
	return hidden
}

func searchRemains() error {
	sought := map[string][]byte{}
	beside := keys.NewKey()
	sought["a key in use"] = masked(beside)
	for _, profile := range profiles {
		if err := openAndLock(profile, sought); err != nil {
			return err
		}
	}
	found, err := search(sought)
	if err != nil {
		return err
	}
	if !found["a key in use"] {
		return errors.New("the search finds nothing at all")
	}
	beside.Destroy()
	found, err = search(sought)
	var names []string
	for name := range found {
		names = append(names, name)
	}
	if len(names) > 0 {
		err = fmt.Errorf("in memory are still: %s", strings.Join(names, ", "))
	}
	return err
}

func openAndLock(profile keys.Profile, sought map[string][]byte) error {
	p, err := keys.NewPassphrase([]byte(ownWords))
	if err != nil {
		return err
	}
	public, identity, err := keys.GenerateEscrow(profile)
	if err != nil {
		return err
	}
	o := options(profile, newKeychain())
	o.Escrow = []string{public}
	c, err := keys.Create(p, o)
	if err != nil {
		return err
	}
	key := keys.NewKey()
	sought["a database key, "+string(profile)] = masked(key)
	sought["a vault key, "+string(profile)] = masked(keys.VaultKey(c.Ring))
	sealed, err := c.Ring.WrapKey(database, key)
	if err != nil {
		return err
	}
	code := c.Recovery.Reveal()
	for _, open := range []func() (*keys.Ring, error){
		func() (*keys.Ring, error) { return c.File.UnlockPassphrase(p, o.Devices, nil) },
		func() (*keys.Ring, error) { return c.File.UnlockRecovery(code, nil) },
		func() (*keys.Ring, error) { return escrowUnlessAge(profile, c, identity, code) },
	} {
		r, err := open()
		if err != nil {
			return err
		}
		again, err := r.UnwrapKey(database, sealed)
		if err != nil {
			return err
		}
		again.Destroy()
		r.Destroy()
	}
	key.Destroy()
	c.Ring.Destroy()
	c.Recovery.Destroy()
	p.Destroy()
	return nil
}

func escrowUnlessAge(profile keys.Profile, c *keys.Created, identity []byte, code string) (*keys.Ring, error) {
	if profile == keys.FIPS {
		return c.File.UnlockEscrow(identity)
	}
	return c.File.UnlockRecovery(code, nil)
}

// search reports which of the masked secrets are in writable memory.
func search(sought map[string][]byte) (map[string]bool, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	found := map[string]bool{}
	const piece = 1 << 20
	buffer := make([]byte, piece)
	for _, line := range strings.Split(string(maps), "\n") {
		var from, to int64
		var rights string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); n < 3 || !strings.HasPrefix(rights, "rw") || to-from > 1<<30 {
			continue // the largest are the race detector's own
		}
		for at := from; at < to; at += piece - 64 {
			n, err := memory.ReadAt(buffer[:min(piece, to-at)], at)
			if err != nil && err != io.EOF && n == 0 {
				break
			}
			look(buffer[:n], sought, found)
			clear(buffer)
		}
	}
	return found, nil
}

// look searches a piece, leaving no unmasked copy behind but in the piece.
func look(piece []byte, sought map[string][]byte, found map[string]bool) {
	subtle.XORBytes(piece, piece, bytes.Repeat([]byte{mask}, len(piece)))
	for name, hidden := range sought {
		if bytes.Contains(piece, hidden) {
			found[name] = true
		}
	}
}

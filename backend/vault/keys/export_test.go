package keys

import (
	"encoding/json"
	"time"
)

// cheap are bounds under which a derivation takes about a millisecond.
var cheap = bounds{
	minMemoryKiB: 128, maxMemoryKiB: 1 << 20, minPasses: 1, maxPasses: 32, maxLanes: 16,
	maxWork: 4 << 20, minIterations: 20, maxIterations: 1000,
}

// Cheap lets the passphrase of a vault be stretched at no cost.
func (o Options) Cheap() Options { o.weak = &cheap; return o }

// ParseCheap is Parse for a file made with Cheap options.
func ParseCheap(data []byte) (*File, error) { return parse(data, cheap) }

// Redigest gives a key part the digest that belongs to it, as an attacker can.
func Redigest(data []byte) ([]byte, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	d.Digest = d.digest()
	return json.Marshal(&d)
}

// Calibrate chooses a cost on a computer that takes perUnit for each KiB and pass
// of Argon2id, or each iteration of PBKDF2.
func Calibrate(p Profile, perUnit time.Duration) Cost {
	return production.calibrate(p, func(c Cost) time.Duration {
		return perUnit * time.Duration(max(uint64(c.MemoryKiB)*uint64(c.Passes), uint64(c.Iterations)))
	})
}

// AllowCost says what is wrong with a cost, "" for nothing.
func AllowCost(c Cost) string { return production.allow(c) }

// EscrowBinding is what an age escrow of a file has to hold in front of the key.
func EscrowBinding(f *File, id string) []byte {
	w, err := f.doc.find(id)
	if err != nil {
		panic(err)
	}
	return w.aad(&f.doc)
}

// WithSealed puts another seal into a wrap and authenticates the file again, as
// whoever knows the vault key can.
func WithSealed(f *File, r *Ring, id string, sealed []byte) (*File, error) {
	return f.change(r, func(d *document) error {
		w, err := d.find(id)
		if err == nil {
			w.Sealed = sealed
		}
		return err
	})
}

// Judged is what Judge thinks of a text.
func Judged(text string) Strength { return judge([]byte(text)) }

// Ask runs a call as a keychain does.
func Ask(k Keychain, call func() error) error { return k.ask(call) }

// Sealed gives the seal of a wrap.
func Sealed(f *File, id string) []byte {
	w, err := f.doc.find(id)
	if err != nil {
		panic(err)
	}
	return w.Sealed
}

// VaultKey is the key a ring seals with.
func VaultKey(r *Ring) *Key { return r.epochs[r.current] }

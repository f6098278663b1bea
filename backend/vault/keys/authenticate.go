package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

const macSize = sha256.Size

// body is every value of the document but its authentication.
func (d *document) body() sequence {
	s := newSequence("vitrine key file 1").
		number(uint64(d.Version)).text(d.Vault).text(string(d.Profile)).flag(d.Demonstration).
		number(d.Generation).number(uint64(d.Epoch))
	s = s.number(uint64(len(d.Facts)))
	for _, name := range slices.Sorted(maps.Keys(d.Facts)) {
		s = s.text(name).text(d.Facts[name])
	}
	s = s.number(uint64(len(d.Wraps)))
	for i := range d.Wraps {
		s = s.bytes(d.Wraps[i].whole())
	}
	s = s.number(uint64(len(d.Previous)))
	for _, p := range d.Previous {
		s = s.number(uint64(p.Epoch)).bytes(p.Sealed)
	}
	return s
}

// mac authenticates the document under the vault key.
func (d *document) mac(vaultKey *Key) ([]byte, error) {
	key, err := vaultKey.subkey(newSequence("vitrine key file 1: mac").text(d.Vault).number(uint64(d.Epoch)))
	if err != nil {
		return nil, err
	}
	defer key.Destroy()
	var sum []byte
	err = key.Use(func(k []byte) error {
		sum = hmacSHA256(k, d.body())
		return nil
	})
	return sum, err
}

// digest tells chance damage from a wrong passphrase before any slow work. It is
// no protection against somebody who can compute it; the MAC is.
func (d *document) digest() []byte {
	sum := sha256.Sum256(newSequence("vitrine key file 1: digest").bytes(d.body()).bytes(d.MAC))
	return sum[:]
}

func hmacSHA256(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// authentic checks the MAC with a vault key that a wrap gave.
func (d *document) authentic(vaultKey *Key) error {
	want, err := d.mac(vaultKey)
	if err != nil {
		return err
	}
	if !hmac.Equal(want, d.MAC) {
		return edited()
	}
	return nil
}

// change gives a new File with what f does to a copy of the document, one
// generation on and authenticated anew. The ring must be of this very file: an
// edited or older one is refused, not blessed.
func (f *File) change(r *Ring, edit func(*document) error) (*File, error) {
	key, err := f.present(r)
	if err != nil {
		return nil, err
	}
	if err := f.doc.authentic(key); err != nil {
		return nil, err
	}
	next := f.doc.clone()
	if err := edit(&next); err != nil {
		return nil, err
	}
	return finish(next, key, f.bounds)
}

// finish counts, authenticates and checks a document that was made or changed.
func finish(d document, vaultKey *Key, b bounds) (*File, error) {
	d.Generation++
	mac, err := d.mac(vaultKey)
	if err != nil {
		return nil, err
	}
	d.MAC = mac
	d.Digest = d.digest()
	if what := d.fault(b); what != "" {
		return nil, fmt.Errorf("keys: refuse to write a key part: %s", what)
	}
	return &File{doc: d, bounds: b}, nil
}

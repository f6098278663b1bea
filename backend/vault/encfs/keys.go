package encfs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync/atomic"
)

// Key is 32 random bytes, from which the keys of an epoch are derived.
type Key [32]byte

// KeySet holds the keys of a database: what is written takes the current epoch's,
// what other epochs wrote stays readable. The caller zeroes its own copy.
type KeySet struct {
	Epochs  map[uint32]Key
	Current uint32
}

// ErrSealsSpent says that the current key has sealed as much as is safe and must
// be rotated before anything more is written.
var ErrSealsSpent = errors.New("the key has been used as often as is safe")

// ErrKeyChanged says that a rotation gave another key to an epoch in use.
var ErrKeyChanged = errors.New("an epoch in use cannot get another key")

const (
	sealLimit   = 1 << 31 // half the bound for random 96-bit nonces
	sealReserve = 1 << 16 // counted ahead, so that a crash never loses count
)

// ring is the ciphers of a KeySet. It does not change once made.
type ring struct {
	epochs  []*epoch // few, searched from the front
	current *epoch
}

// epoch is one key's ciphers and its count of seals.
type epoch struct {
	number             uint32
	main, log, journal cipher.AEAD
	check              [32]byte     // tells whether two epochs have the same key
	seals              atomic.Int64 // made, counted from the first use ever
	reserved           atomic.Int64 // how many of them the caller was told of
}

// newRing derives the ciphers; epochs that old has are taken over with their counts.
func newRing(keys KeySet, old *ring) (*ring, error) {
	r := &ring{}
	for number, key := range keys.Epochs {
		e, err := newEpoch(number, key)
		if err != nil {
			return nil, err
		}
		if was := old.find(number); was != nil {
			if subtle.ConstantTimeCompare(was.check[:], e.check[:]) != 1 {
				return nil, fmt.Errorf("key epoch %d: %w", number, ErrKeyChanged)
			}
			e = was
		}
		r.epochs = append(r.epochs, e)
	}
	if r.current = r.find(keys.Current); r.current == nil {
		return nil, fmt.Errorf("key epoch %d: the current epoch has no key", keys.Current)
	}
	return r, nil
}

func newEpoch(number uint32, key Key) (*epoch, error) {
	if key == (Key{}) {
		return nil, fmt.Errorf("key epoch %d: the key is all zeros", number)
	}
	e := &epoch{number: number}
	for info, to := range map[string]*cipher.AEAD{"main": &e.main, "log": &e.log, "journal": &e.journal} {
		sub, err := subkey(key, info)
		if err != nil {
			return nil, err
		}
		*to, err = newAEAD(sub)
		clear(sub)
		if err != nil {
			return nil, err
		}
	}
	check, err := subkey(key, "check")
	if err != nil {
		return nil, err
	}
	copy(e.check[:], check)
	return e, nil
}

func subkey(key Key, info string) ([]byte, error) {
	sub, err := hkdf.Key(sha256.New, key[:], nil, "vitrine encfs 1 "+info, len(key))
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return sub, nil
}

// newAEAD draws its nonces itself, as FIPS 140-3 asks, and puts them before the ciphertext.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return aead, nil
}

func (r *ring) find(number uint32) *epoch {
	if r == nil {
		return nil
	}
	for _, e := range r.epochs {
		if e.number == number {
			return e
		}
	}
	return nil
}

// cipher gives the subkey for a kind of record.
func (e *epoch) cipher(k kind) cipher.AEAD {
	switch k {
	case mainPage:
		return e.main
	case logHeader, logFrame:
		return e.log
	case journalPrologue, journalBlock:
		return e.journal
	}
	panic("encfs: no subkey for this kind")
}

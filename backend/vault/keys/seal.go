package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"hash"
)

const (
	saltSize   = 32
	sealedSize = 12 + KeySize + 16 // nonce, ciphertext, tag
)

// errSeal says that a seal does not open, whatever the reason: GCM knows none.
var errSeal = errors.New("keys: the seal does not open")

// seal encrypts a key under another with AES-256-GCM and a random nonce, bound
// to aad.
func seal(under, key *Key, aad []byte) ([]byte, error) {
	var sealed []byte
	err := under.Use(func(u []byte) error {
		return key.Use(func(k []byte) error {
			aead, err := newAEAD(u)
			if err != nil {
				return err
			}
			sealed = aead.Seal(nil, nil, k, aad)
			return nil
		})
	})
	return sealed, err
}

// unseal is the inverse of seal; errSeal where it does not authenticate.
func unseal(under *Key, sealed, aad []byte) (*Key, error) {
	if len(sealed) != sealedSize {
		return nil, errSeal
	}
	var key *Key
	err := under.Use(func(u []byte) error {
		aead, err := newAEAD(u)
		if err != nil {
			return err
		}
		plain, err := aead.Open(nil, nil, sealed, aad)
		if err != nil {
			return errSeal
		}
		key, err = KeyFrom(plain)
		return err
	})
	return key, err
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// derive is HKDF-SHA-256 (RFC 5869) from a secret to a key for one use. The
// secret stays the caller's to wipe.
//
// A hash keeps its last block of input, which here is the secret, until the
// collector reuses its memory; so the hashes made on the way are overwritten.
func derive(secret, salt []byte, info sequence) (*Key, error) {
	var made []hash.Hash
	defer func() {
		for _, h := range made {
			overwrite(h)
		}
	}()
	newHash := func() hash.Hash {
		h := sha256.New()
		made = append(made, h)
		return h
	}
	b, err := hkdf.Key(newHash, secret, salt, string(info), KeySize)
	if err != nil {
		return nil, err
	}
	return KeyFrom(b)
}

// overwrite fills the block that a hash keeps. In two writes, because a whole
// block is hashed without being kept.
func overwrite(h hash.Hash) {
	var zeros [sha256.BlockSize]byte
	h.Reset()
	h.Write(zeros[:sha256.BlockSize-1])
	h.Write(zeros[:1])
}

// subkey derives a key for one use from another.
func (k *Key) subkey(info sequence) (*Key, error) {
	var sub *Key
	err := k.Use(func(b []byte) (err error) {
		sub, err = derive(b, nil, info)
		return err
	})
	return sub, err
}

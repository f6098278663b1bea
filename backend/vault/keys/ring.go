package keys

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"vitrine/backend/problem"
)

// Ring is an opened vault's keys: the vault key, and during a rotation the ones
// before it. It seals and opens the keys of databases, and is what every change
// of the File asks for. Destroy it when the vault locks.
type Ring struct {
	redacted
	vault   string
	current uint32
	epochs  map[uint32]*Key
}

// ring checks that a file is authentic and opens what it holds. It takes key over.
func (f *File) ring(key *Key) (*Ring, error) {
	r := &Ring{vault: f.doc.Vault, current: f.doc.Epoch, epochs: map[uint32]*Key{f.doc.Epoch: key}}
	err := f.doc.authentic(key)
	for i := 0; i < len(f.doc.Previous) && err == nil; i++ {
		p := f.doc.Previous[i]
		r.epochs[p.Epoch], err = f.doc.openPrevious(key, p)
	}
	if err != nil {
		r.Destroy()
		return nil, err
	}
	return r, nil
}

// present is the vault key, if the ring is of this file as it is.
func (f *File) present(r *Ring) (*Key, error) {
	if r == nil || r.vault != f.doc.Vault || r.current != f.doc.Epoch || r.epochs[r.current] == nil {
		return nil, errors.New("keys: the ring is not of this key part")
	}
	return r.epochs[r.current], nil
}

// Epoch is the number of the vault key that seals now.
func (r *Ring) Epoch() uint32 { return r.current }

// Destroy zeroes all keys; twice is harmless.
func (r *Ring) Destroy() {
	if r != nil {
		destroyAll(r.epochs)
	}
}

// Database names what a database key is for: "core" or "id@version", and the
// number of the key, which rises when the database is encrypted anew.
type Database struct {
	Name  string
	Epoch uint32
}

const (
	databaseSeal     = 1
	databaseSealSize = 1 + 4 + sealedSize
)

// WrapKey seals a database's key with the vault key, bound to the vault and to
// the database. The result is for the caller to keep, and to destroy when the data
// is to be unreadable for good.
func (r *Ring) WrapKey(db Database, key *Key) ([]byte, error) {
	under, err := r.databaseKey(r.current)
	if err != nil {
		return nil, err
	}
	defer under.Destroy()
	sealed, err := seal(under, key, r.databaseAAD(db, r.current))
	if err != nil {
		return nil, fmt.Errorf("seal the key of %s: %w", db.Name, err)
	}
	out := binary.BigEndian.AppendUint32([]byte{databaseSeal}, r.current)
	return append(out, sealed...), nil
}

// UnwrapKey opens what WrapKey sealed, also with an earlier vault key while a
// rotation is under way. Problem: "database-key" where the seal was changed, or is
// of another database, epoch or vault; "vault-newer".
func (r *Ring) UnwrapKey(db Database, sealed []byte) (*Key, error) {
	bad := problem.New(problem.Unavailable, "database-key", "The key of this database is damaged, or is not this database's.").
		At(db.Name).Try("Put the vault back from a backup, or bring the data in again.")
	if len(sealed) > 0 && sealed[0] > databaseSeal {
		return nil, newer()
	}
	if len(sealed) != databaseSealSize || sealed[0] != databaseSeal {
		return nil, bad
	}
	epoch := binary.BigEndian.Uint32(sealed[1:])
	if r.epochs[epoch] == nil {
		return nil, bad
	}
	under, err := r.databaseKey(epoch)
	if err != nil {
		return nil, err
	}
	defer under.Destroy()
	key, err := unseal(under, sealed[5:], r.databaseAAD(db, epoch))
	if errors.Is(err, errSeal) {
		return nil, bad
	}
	return key, err
}

// IsCurrent reports whether the present vault key made a seal. After a rotation
// those for which it is false are opened and sealed again, and when none is left
// the earlier keys can go (ForgetPrevious).
func (r *Ring) IsCurrent(sealed []byte) bool {
	now := binary.BigEndian.AppendUint32([]byte{databaseSeal}, r.current)
	return len(sealed) == databaseSealSize && bytes.HasPrefix(sealed, now)
}

func (r *Ring) databaseKey(epoch uint32) (*Key, error) {
	return r.epochs[epoch].subkey(newSequence("vitrine key file 1: database keys").text(r.vault).number(uint64(epoch)))
}

func (r *Ring) databaseAAD(db Database, epoch uint32) sequence {
	return newSequence("vitrine database key 1").text(r.vault).number(uint64(epoch)).text(db.Name).number(uint64(db.Epoch))
}

package vault

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
)

// keySet is the keys of one database by epoch: one, or two while its pages are
// being sealed again.
type keySet struct {
	byEpoch map[uint32]*keys.Key
	current uint32
}

// oneKey is the set of a database that never had another key. The key stays the
// caller's to destroy.
func oneKey(key *keys.Key) keySet {
	return keySet{byEpoch: map[uint32]*keys.Key{keyEpoch: key}, current: keyEpoch}
}

func (s keySet) destroy() {
	for _, key := range s.byEpoch {
		key.Destroy()
	}
}

// lend gives the keys in the form that encfs takes, and drops that copy.
func (s keySet) lend(use func(encfs.KeySet) error) error {
	set := encfs.KeySet{Epochs: map[uint32]encfs.Key{}, Current: s.current}
	defer clear(set.Epochs)
	for epoch, key := range s.byEpoch {
		if err := key.Use(func(b []byte) error { set.Epochs[epoch] = encfs.Key(b); return nil }); err != nil {
			return err
		}
	}
	return use(set)
}

// grow adds a fresh key, which seals from now on.
func (s *keySet) grow() {
	s.current++
	s.byEpoch[s.current] = keys.NewKey()
}

// shrink destroys all keys but the current one.
func (s *keySet) shrink() {
	for epoch, key := range s.byEpoch {
		if epoch != s.current {
			key.Destroy()
			delete(s.byEpoch, epoch)
		}
	}
}

// coreDatabase names a key of core.db to the ring.
func coreDatabase(epoch uint32) keys.Database { return keys.Database{Name: "core", Epoch: epoch} }

// unwrapper opens a sealed database key.
type unwrapper func(keys.Database, []byte) (*keys.Key, error)

// coreKeys opens core.db's keys.
func (m *manifest) coreKeys(unwrap unwrapper) (keySet, error) {
	set := keySet{byEpoch: map[uint32]*keys.Key{}}
	text, _ := m.keys.Fact(factCoreKey)
	for _, item := range strings.Fields(text) {
		if err := set.read(item, unwrap); err != nil {
			set.destroy()
			return keySet{}, err
		}
	}
	if set.current == 0 {
		return set, fmt.Errorf("read the key of core.db: there is none")
	}
	return set, nil
}

// read adds one "epoch:base64" of the fact.
func (s *keySet) read(item string, unwrap unwrapper) error {
	number, text, _ := strings.Cut(item, ":")
	epoch, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return fmt.Errorf("read the key of core.db: %w", err)
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("read the key of core.db: %w", err)
	}
	key, err := unwrap(coreDatabase(uint32(epoch)), sealed)
	if err != nil {
		return err
	}
	s.byEpoch[uint32(epoch)] = key
	s.current = max(s.current, uint32(epoch))
	return nil
}

// withCoreKeys is the manifest with these keys of core.db, sealed by the ring's
// present vault key.
func (m *manifest) withCoreKeys(ring *keys.Ring, set keySet) (*manifest, error) {
	var items []string
	for epoch, key := range set.byEpoch {
		sealed, err := ring.WrapKey(coreDatabase(epoch), key)
		if err != nil {
			return nil, err
		}
		items = append(items, strconv.FormatUint(uint64(epoch), 10)+":"+base64.StdEncoding.EncodeToString(sealed))
	}
	slices.Sort(items) // one spelling; readers take the largest number
	return m.withFact(ring, factCoreKey, strings.Join(items, " "))
}

func (m *manifest) withFact(ring *keys.Ring, name, value string) (*manifest, error) {
	file, err := m.keys.SetFact(ring, name, value)
	if err != nil {
		return nil, err
	}
	return &manifest{m.Info, file}, nil
}

package vault

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"vitrine/backend/vault/encfs"
)

// sealsName counts how often core.db's key has been used, so that it is never
// used beyond what is safe. It is written about once in 65,536 pages.
const sealsName = "core.seals"

// sealCore registers core.db's file system.
func (v *Vault) sealCore(m *manifest) error {
	set, err := m.coreKeys(v.ring.UnwrapKey)
	if err != nil {
		return err
	}
	defer set.destroy()
	if v.spent.counts, err = readSeals(v.home); err != nil {
		return err
	}
	v.coreFS, err = sealWith(set, encfs.Options{PageSize: corePage, FullSync: true, Spent: v.spent.counts, KeepCount: v.keepSeals})
	return err
}

// settleSeals keeps the true count where an opening reserved more than it used.
// What cannot be written stays as reserved, which is larger and so safe.
func (v *Vault) settleSeals() {
	if v.coreFS == nil {
		return
	}
	for epoch, seals := range v.coreFS.Seals() {
		_ = v.keepSeals(epoch, seals)
	}
}

// spent is what core.seals says.
type spent struct {
	mu     sync.Mutex
	counts map[uint32]int64
}

// keepSeals is called while SQLite writes.
func (v *Vault) keepSeals(epoch uint32, seals int64) error {
	v.spent.mu.Lock()
	defer v.spent.mu.Unlock()
	counts := maps.Clone(v.spent.counts)
	if counts == nil {
		counts = map[uint32]int64{}
	}
	counts[epoch] = seals
	if err := writeSeals(v.home, counts); err != nil {
		return err
	}
	v.spent.counts = counts
	return nil
}

func writeSeals(home string, counts map[uint32]int64) error {
	return WriteFile(filepath.Join(home, sealsName), 0o600, func(w io.Writer) error {
		return json.NewEncoder(w).Encode(counts)
	})
}

func readSeals(home string) (map[uint32]int64, error) {
	path := filepath.Join(home, sealsName)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, FileProblem(err, path)
	}
	var counts map[uint32]int64
	if err := json.Unmarshal(data, &counts); err != nil {
		return nil, damaged(path, "The count of how often the vault's key was used cannot be read.").Because(err)
	}
	return counts, nil
}

// closeSeals unregisters every file system, so that no key stays in use. It
// comes after every pool was closed.
func (v *Vault) closeSeals() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var errs []error
	for _, fs := range append(v.ending, v.coreFS) {
		if fs != nil {
			errs = append(errs, fs.Close())
		}
	}
	v.ending = nil
	return errors.Join(errs...)
}

// endSeal unregisters a dataset's file system, at once or with the vault.
func (v *Vault) endSeal(fs *encfs.FS) {
	if fs == nil || fs.Close() == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ending = append(v.ending, fs)
}

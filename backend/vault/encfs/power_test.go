package encfs_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vitrine/backend/vault/encfs"
)

// The power-loss simulator. While a ledger is kept, each change to a file on disk
// is recorded. An image is the folder as a power cut after some change leaves it:
// what was synced is there, and of what was not, sectors of 512 bytes are kept or
// dropped at random.

// sector is what a disk writes whole or not at all.
const sector = 512

// recording is what happened to the files of a folder, from a known state.
type recording struct {
	start   map[string]string
	changes []encfs.Change
	acks    []int // after how many changes transaction i was acknowledged
}

// record keeps a ledger and records it.
func record(t *testing.T, mode, sync string, transactions int) *recording {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	newLedger(t, register(t, testKeys(1), encfs.Options{PageSize: 4096}), path, mode)
	rec := &recording{start: contents(t, dir), acks: []int{0}}
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	fs.Watch(func(c encfs.Change) int32 {
		if c.Name != "" {
			c.Name = filepath.Base(c.Name)
			rec.changes = append(rec.changes, c)
		}
		return 0
	})
	db := mustOpen(t, ledgerDSN(fs, path, mode, sync))
	db.SetMaxOpenConns(1)
	must(t, keepBooks(db, transactions, func(int) error {
		rec.acks = append(rec.acks, len(rec.changes))
		return nil
	}))
	must(t, db.Close())
	return rec
}

// acknowledged is the last transaction that was, after some changes.
func (r *recording) acknowledged(changes int) (last int) {
	for i, at := range r.acks {
		if at <= changes {
			last = i
		}
	}
	return last
}

// simFile is a file on the simulated disk.
type simFile struct {
	synced  []byte
	pending []encfs.Change
	settled bool // its name is on disk for good
}

// image replays changes and writes to a folder what a power cut leaves.
func (r *recording) image(t *testing.T, changes int, rng *rand.Rand) string {
	t.Helper()
	files := map[string]*simFile{}
	for name, data := range r.start {
		files[name] = &simFile{synced: []byte(data), settled: true}
	}
	for _, c := range r.changes[:changes] {
		replay(files, c, rng)
	}
	dir := t.TempDir()
	luck := []func() bool{
		func() bool { return false },
		func() bool { return true },
		func() bool { return rng.IntN(2) == 0 },
		func() bool { return rng.IntN(8) == 0 },
		func() bool { return rng.IntN(8) != 0 },
	}[rng.IntN(5)]
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		if !f.settled && !luck() {
			continue
		}
		must(t, os.WriteFile(filepath.Join(dir, name), f.after(luck, rng.IntN(2) == 0), 0o600))
	}
	return dir
}

func replay(files map[string]*simFile, c encfs.Change, rng *rand.Rand) {
	f := files[c.Name]
	if f == nil {
		if c.Op == "delete" {
			return
		}
		f = &simFile{}
		files[c.Name] = f
	}
	switch c.Op {
	case "sync":
		f.synced, f.pending, f.settled = f.after(func() bool { return true }, true), nil, true
	case "delete":
		if c.Off != 0 || rng.IntN(2) == 0 { // without a sync of the folder, perhaps not
			delete(files, c.Name)
		}
	default:
		f.pending = append(f.pending, c)
	}
}

// after is the content with the changes that luck lets through, whole or by the sector.
func (f *simFile) after(luck func() bool, whole bool) []byte {
	data := slices.Clone(f.synced)
	for _, c := range f.pending {
		if c.Op == "truncate" {
			if luck() {
				data = resize(data, c.Off)
			}
			continue
		}
		keep := luck()
		for off, rest := c.Off, c.Data; len(rest) > 0; {
			n := min(sector-off%sector, int64(len(rest)))
			if keep {
				data = put(data, rest[:n], off)
			}
			rest, off = rest[n:], off+n
			if !whole {
				keep = luck()
			}
		}
	}
	return data
}

func resize(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		return data[:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}

func put(data, part []byte, off int64) []byte {
	data = resize(data, max(int64(len(data)), off+int64(len(part))))
	copy(data[off:], part)
	return data
}

// harm counts what is wrong over many images.
type harm struct{ images, corrupt, lost int }

func cutPower(t *testing.T, rec *recording, images int, seed uint64, complain bool) (h harm) {
	t.Helper()
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096, FullSync: true}) // no false alarm either
	rng := rand.New(rand.NewPCG(seed, 5))
	for h.images = 0; h.images < images; h.images++ {
		changes := rng.IntN(len(rec.changes) + 1)
		dir := rec.image(t, changes, rng)
		if rng.IntN(3) == 0 && complain {
			dir = cutRecovery(t, dir, rng)
		}
		err := audit(fs, filepath.Join(dir, "a.db"), rec.acknowledged(changes))
		switch {
		case errors.Is(err, errLost):
			h.lost++
		case err != nil:
			h.corrupt++
		}
		if err != nil && complain {
			t.Errorf("image %d, power cut after change %d of %d: %v", h.images, changes, len(rec.changes), err)
		}
		must(t, os.RemoveAll(dir))
	}
	return h
}

// cutRecovery cuts the power again while SQLite recovers from the first cut.
func cutRecovery(t *testing.T, dir string, rng *rand.Rand) string {
	t.Helper()
	rec := &recording{start: contents(t, dir)}
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096, FullSync: true})
	fs.Watch(func(c encfs.Change) int32 {
		if c.Name != "" {
			c.Name = filepath.Base(c.Name)
			rec.changes = append(rec.changes, c)
		}
		return 0
	})
	must(t, audit(fs, filepath.Join(dir, "a.db"), 0))
	return rec.image(t, rng.IntN(len(rec.changes)+1), rng)
}

// times is a number of repetitions: small here, large under build/torture.sh.
func times(here, torture int) int {
	if os.Getenv(tortureVar) != "" {
		return torture
	}
	return here
}

// TestAPowerCutLosesNothing: DELETE needs EXTRA, as it does without encryption,
// because SQLite does not sync the folder after removing a journal.
func TestAPowerCutLosesNothing(t *testing.T) {
	for i, c := range []struct{ mode, sync string }{{"WAL", "FULL"}, {"DELETE", "EXTRA"}, {"TRUNCATE", "FULL"}, {"PERSIST", "FULL"}} {
		t.Run(c.mode, func(t *testing.T) {
			rec := record(t, c.mode, c.sync, 40)
			h := cutPower(t, rec, times(15, 250), uint64(i), true)
			t.Logf("%d changes recorded, %+v", len(rec.changes), h)
		})
	}
}

// TestThePowerCutsCanHarm is the control: without syncs the same cuts must do
// harm, or the test above proves nothing.
func TestThePowerCutsCanHarm(t *testing.T) {
	for i, mode := range []string{"WAL", "DELETE"} {
		h := cutPower(t, record(t, mode, "OFF", 40), times(15, 250), uint64(i), false)
		t.Logf("%s without syncs: %+v", mode, h)
		if h.corrupt+h.lost == 0 {
			t.Errorf("%s: no harm in %d cuts without syncs", mode, h.images)
		}
	}
}

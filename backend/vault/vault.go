package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vitrine/backend/problem"
	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
)

// Names inside the data folder; see FORMAT.md.
const (
	coreName    = "core.db"
	lockName    = "lock"
	datasetsDir = "datasets"
	stagingDir  = "staging"
)

// Options say how to open a vault. The zero value opens an existing one.
type Options struct {
	// Clock tells the time; time.Now when nil.
	Clock func() time.Time
	// Create makes the vault where there is none. An existing one is opened as it is.
	Create bool
	// Demonstration marks a created vault as one for public data only. It opens
	// with a key that lies beside it.
	Demonstration bool
	// NewKeys makes the keys of a created vault that is not a demonstration: a
	// passphrase, a recovery code. It is told the vault's id and the clock.
	NewKeys func(keys.Options) (*keys.File, *keys.Ring, error)
	// Unlock opens the keys of a vault that is not a demonstration.
	Unlock func(*keys.File) (*keys.Ring, error)
}

// Vault is an open data folder. Its methods may be called from any goroutine.
type Vault struct {
	home    string
	clock   func() time.Time
	info    Info
	created bool
	lock    *lock
	coreFS  *encfs.FS
	core    *sql.DB
	spent   spent

	// mu guards the fields below, and makes reading a dataset's row and holding
	// its file one step.
	mu       sync.Mutex
	closed   bool
	manifest *manifest          // as vault.json is; replaced whole, by who has the turn
	ring     *keys.Ring         // the same
	turn     *turn              // what is being done alone; nil: nothing
	held     map[string]int     // readers per file in datasets/
	retired  map[string]bool    // files without a row, to go with their last reader
	copying  bool               // a backup is under way: no file goes
	shredded map[string]bool    // files whose last readers are cut off
	readers  map[*sql.DB]string // files, by reader, to close with the vault
	staged   map[*Staged]struct{}
	ending   []*encfs.FS // of pools whose last connection was still in use
}

// Open opens the vault in the folder home for this process alone. Problems:
// "vault-missing", "not-a-vault", "vault-in-use", "vault-newer",
// "vault-damaged", "vault-needs-encryption", and those of FileProblem and
// DBProblem.
func Open(ctx context.Context, home string, opt Options) (*Vault, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	v := &Vault{
		home: home, clock: opt.Clock,
		held: map[string]int{}, retired: map[string]bool{}, shredded: map[string]bool{},
		readers: map[*sql.DB]string{}, staged: map[*Staged]struct{}{},
	}
	if v.clock == nil {
		v.clock = time.Now
	}
	if err := v.open(ctx, opt); err != nil {
		_ = v.Close()
		return nil, err
	}
	return v, nil
}

// open is the story of Open: look before touching, take the lock, look again
// because another process may have been faster, then create or recover.
func (v *Vault) open(ctx context.Context, opt Options) error {
	exists, err := survey(v.home)
	if err != nil {
		return err
	}
	if !exists {
		if err := mayCreate(v.home, opt); err != nil {
			return err
		}
		if err := makeFolder(v.home); err != nil {
			return err
		}
	}
	if v.lock, err = acquire(v.home); err != nil {
		return err
	}
	if exists, err = survey(v.home); err != nil {
		return err
	}
	keepPrivate(v.home)
	if !exists {
		if err := v.create(ctx, opt); err != nil {
			return err
		}
	}
	m, err := readManifest(v.home)
	if err != nil {
		return err
	}
	if v.ring == nil {
		if v.ring, err = v.unlock(m, opt); err != nil {
			return err
		}
	}
	if err := m.authentic(v.home); err != nil {
		return err
	}
	v.info, v.manifest = m.Info, m
	if err := v.openCore(ctx, m); err != nil {
		return err
	}
	if err := v.tidy(ctx); err != nil {
		return err
	}
	return v.resume(ctx)
}

// Home is the data folder, absolute.
func (v *Vault) Home() string { return v.home }

// Info says what this vault is and how it is protected.
func (v *Vault) Info() Info { return v.info }

// Created reports whether this Open made the vault.
func (v *Vault) Created() bool { return v.created }

// DB is core.db. Transactions begin immediately, so a reader that turns writer
// never meets a conflict; begin read-only ones with sql.TxOptions.ReadOnly.
// The vault closes it.
func (v *Vault) DB() *sql.DB { return v.core }

// Close closes every database the vault gave out, discards what is staged,
// writes the log back into core.db and lets the next process in. A second call
// does nothing.
func (v *Vault) Close() error {
	readers, staged, first := v.shut()
	if !first {
		return nil
	}
	var errs []error
	for _, s := range staged {
		errs = append(errs, s.Discard())
	}
	for _, db := range readers {
		errs = append(errs, db.Close())
	}
	if v.core != nil {
		// The last connection to close does the same; asking makes an error heard.
		if _, err := v.core.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			errs = append(errs, DBProblem(err, filepath.Join(v.home, coreName)))
		}
		errs = append(errs, v.core.Close())
	}
	v.settleSeals()
	errs = append(errs, v.closeSeals())
	v.ring.Destroy()
	if v.lock != nil {
		errs = append(errs, v.lock.release())
	}
	return errors.Join(errs...)
}

// shut marks the vault closed and hands over what is still open.
func (v *Vault) shut() (readers []*sql.DB, staged []*Staged, first bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil, nil, false
	}
	v.closed = true
	v.endTurn()
	for db := range v.readers {
		readers = append(readers, db)
	}
	for s := range v.staged {
		staged = append(staged, s)
	}
	return readers, staged, true
}

// mayCreate says whether a vault may be made at home.
func mayCreate(home string, opt Options) error {
	if !opt.Create {
		return problem.New(problem.NotFound, "vault-missing", "There is no Vitrine vault in this folder.").At(home).
			Try("Make one with vitrine demo, or name the folder that holds yours.")
	}
	if !opt.Demonstration && opt.NewKeys == nil {
		return problem.New(problem.Invalid, "vault-needs-keys", "A new vault needs a passphrase.").
			At(home).Try("Make one with vitrine vault create.")
	}
	return nil
}

// create builds a vault in an empty, locked folder in the order FORMAT.md gives.
func (v *Vault) create(ctx context.Context, opt Options) error {
	if err := mayCreate(v.home, opt); err != nil {
		return err
	}
	for _, dir := range []string{datasetsDir, stagingDir} {
		if err := makeFolder(filepath.Join(v.home, dir)); err != nil {
			return err
		}
	}
	if err := empty(filepath.Join(v.home, stagingDir)); err != nil {
		return err
	}
	atStep("create: folders made")
	m, err := v.newManifest(opt)
	if err != nil {
		return err
	}
	set, err := m.coreKeys(v.ring.UnwrapKey)
	if err != nil {
		return err
	}
	defer set.destroy()
	if err := createCore(ctx, v.stagedCore(), m.ID, set, v.clock); err != nil {
		return err
	}
	atStep("create: core staged")
	if err := m.write(v.home); err != nil {
		return err
	}
	atStep("create: vault.json written")
	v.created = true
	return nil
}

func (v *Vault) stagedCore() string { return filepath.Join(v.home, stagingDir, coreName) }

// openCore puts core.db in place if creating it stopped just before, opens it
// and checks that it belongs to this vault.json.
func (v *Vault) openCore(ctx context.Context, m *manifest) error {
	path := filepath.Join(v.home, coreName)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		if err := os.Rename(v.stagedCore(), path); err != nil {
			return damaged(v.home, "The vault's main database, core.db, is missing.").Because(err)
		}
		if err := syncFolder(v.home); err != nil {
			return FileProblem(err, v.home)
		}
		atStep("create: core in place")
	}
	if err := v.sealCore(m); err != nil {
		return err
	}
	db, err := openSQLite(ctx, path, coreSettings, v.coreFS, coreConnections)
	if err != nil {
		return err
	}
	v.core = db
	if err := v.Migrate(ctx, "vault", coreSteps); err != nil {
		return err
	}
	return checkIdentity(ctx, db, v.home, v.info.ID)
}

// damaged is the problem of a vault that cannot be opened as it is.
func damaged(home, message string) *problem.Problem {
	return problem.New(problem.Unavailable, "vault-damaged", message).At(home).
		Try("Put the folder back from a backup, or make a new vault in another folder and bring the datasets in again.")
}

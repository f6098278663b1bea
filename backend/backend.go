// Package backend is the list of things a person can do with Vitrine. Each
// exported method of Backend is one action: it asks whether they may, does it,
// and records it; the packages below are the means. The doors (window, browser,
// command line) call these methods and nothing else.
//
// Every action goes through act or observe (gate.go); a test lists the methods
// and fails for one that does not.
package backend

import (
	"context"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"vitrine/backend/access"
	"vitrine/backend/audit"
	"vitrine/backend/catalog"
	"vitrine/backend/model"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

// Options says which vault to open and how.
type Options struct {
	Home string // data folder; "" is DefaultHome
	Door string // which door asks, for the audit log: "window", "serve", "cli"

	// Secret opens a vault that is not a demonstration. With StayLocked, a vault
	// that it does not open is not an error: Unlock opens it later.
	Secret     Secret
	StayLocked bool
	// IdleLock locks a vault after so long without an action; 0 never does.
	IdleLock time.Duration

	// Demonstration is the folder of demonstration data; "" looks in the places
	// that FindDemonstration names.
	Demonstration string

	Clock  func() time.Time // nil is time.Now
	Policy access.Policy    // nil: the owner of the vault may do everything
}

// Backend is an opened vault and what is kept in memory for it. Safe for
// concurrent use. Close it to release the vault.
type Backend struct {
	door          string
	home          string
	demonstration string
	clock         func() time.Time
	actor         access.Principal
	policy        access.Policy
	guard         *keys.Guard
	idle          *time.Timer
	idleTime      time.Duration

	// state is read-held by every action; locking and unlocking take it whole.
	// It guards these four.
	state  sync.RWMutex
	locked bool
	vault  *vault.Vault
	log    *audit.Log
	models *model.Repository

	mu      sync.Mutex
	opened  map[catalog.DatasetID]*dataset
	engines map[model.ID]*engine
	indexed []*catalog.Dataset // descriptors of the current datasets; nil: read again
}

// owner is the one principal of this vault until sign-in exists.
var owner = access.Principal{ID: "owner", Name: "Owner of this vault"}

// Home is the data folder of this vault.
func (b *Backend) Home() string { return b.home }

// DefaultHome is the user's own data folder.
func DefaultHome() (string, error) { return vault.DefaultHome() }

// Open opens the vault in a data folder, making a demonstration vault where the
// folder is new or empty. Problem "vault-locked" where the vault needs a secret and
// none is given, unless StayLocked.
func Open(ctx context.Context, o Options) (*Backend, error) {
	home, err := homeOr(o.Home)
	if err != nil {
		return nil, err
	}
	b := newBackend(home, o)
	err = b.openWith(ctx, b.unlocker(o.Secret), true)
	if p := problem.From(err); p != nil && p.Code == "vault-locked" && o.StayLocked {
		b.locked = true
	} else if err != nil {
		return nil, err
	}
	b.startIdle()
	return b, nil
}

// newBackend is a Backend without its vault.
func newBackend(home string, o Options) *Backend {
	b := &Backend{
		door: o.Door, home: home, demonstration: o.Demonstration, clock: o.Clock,
		actor: owner, policy: o.Policy, idleTime: o.IdleLock,
		opened: map[catalog.DatasetID]*dataset{}, engines: map[model.ID]*engine{},
	}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.policy == nil {
		b.policy = access.Owner(owner)
	}
	b.guard = &keys.Guard{Store: vault.Attempts{Home: home}, Clock: b.clock}
	return b
}

// startIdle has the vault locked when nothing was asked of it for a while.
func (b *Backend) startIdle() {
	if b.idleTime > 0 {
		b.idle = time.AfterFunc(b.idleTime, func() { _ = b.Lock(context.Background()) }) // a demonstration refuses; so may a full disk, and then it stays open
	}
}

func (b *Backend) openParts(ctx context.Context) (err error) {
	if b.log, err = audit.Open(ctx, b.vault, b.clock); err != nil {
		return err
	}
	b.models, err = model.NewRepository(ctx, b.vault, b.clock)
	return err
}

func homeOr(home string) (string, error) {
	if home == "" {
		return DefaultHome()
	}
	return filepath.Abs(home)
}

// Close writes what is still counted, closes the datasets and releases the vault.
// It waits for the actions under way; closing twice is harmless.
func (b *Backend) Close() error {
	if b.idle != nil {
		b.idle.Stop()
	}
	b.state.Lock()
	defer b.state.Unlock()
	if b.locked {
		return nil
	}
	b.locked = true
	return b.closeParts()
}

// closeParts closes everything that keys or pages are kept for. The caller holds
// state.
func (b *Backend) closeParts() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.log.Close()
	for key, d := range b.opened {
		err = join(err, d.db.Close())
		delete(b.opened, key)
	}
	clear(b.engines)
	b.indexed = nil
	return join(err, b.vault.Close())
}

// version is stamped by the build: -X vitrine/backend.version=1.2.3.
var version = "development"

// Program says which program this is.
type Program struct {
	Version string `json:"version"`
	Commit  string `json:"commit" doc:"Source revision, where the build knew it"`
	Go      string `json:"go" doc:"Go toolchain that built it"`
}

// Version tells what this program was built from.
func Version() Program {
	p := Program{Version: version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return p
	}
	p.Go = info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			p.Commit = s.Value
		}
	}
	return p
}

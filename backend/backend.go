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
	"runtime/debug"
	"sync"
	"time"

	"vitrine/backend/access"
	"vitrine/backend/audit"
	"vitrine/backend/catalog"
	"vitrine/backend/model"
	"vitrine/backend/vault"
)

// Options says which vault to open and how.
type Options struct {
	Home string // data folder; "" is DefaultHome
	Door string // which door asks, for the audit log: "window", "serve", "cli"

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
	vault         *vault.Vault
	log           *audit.Log
	models        *model.Repository

	mu      sync.Mutex
	opened  map[catalog.DatasetID]*dataset
	engines map[model.ID]*engine
	indexed []*catalog.Dataset // descriptors of the current datasets; nil: read again
}

// owner is the one principal of this vault until sign-in exists.
var owner = access.Principal{ID: "owner", Name: "Owner of this vault"}

// Home is the data folder of this vault.
func (b *Backend) Home() string { return b.vault.Home() }

// DefaultHome is the user's own data folder.
func DefaultHome() (string, error) { return vault.DefaultHome() }

// Open opens the vault in a data folder, making a demonstration vault where the
// folder is new or empty.
func Open(ctx context.Context, o Options) (*Backend, error) {
	home, err := homeOr(o.Home)
	if err != nil {
		return nil, err
	}
	b := &Backend{
		door: o.Door, home: home, demonstration: o.Demonstration, clock: o.Clock,
		actor: owner, policy: o.Policy,
		opened: map[catalog.DatasetID]*dataset{}, engines: map[model.ID]*engine{},
	}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.policy == nil {
		b.policy = access.Owner(owner)
	}
	b.vault, err = vault.Open(ctx, home, vault.Options{Clock: b.clock, Create: true, Demonstration: true})
	if err != nil {
		return nil, err
	}
	if err := b.openParts(ctx); err != nil {
		return nil, join(err, b.vault.Close())
	}
	return b, nil
}

func (b *Backend) openParts(ctx context.Context) (err error) {
	if b.log, err = audit.Open(ctx, b.vault, b.clock); err != nil {
		return err
	}
	b.models, err = model.NewRepository(ctx, b.vault, b.clock)
	return err
}

func homeOr(home string) (string, error) {
	if home != "" {
		return home, nil
	}
	return DefaultHome()
}

// Close writes what is still counted, closes the datasets and releases the vault.
func (b *Backend) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.log.Close()
	for key, d := range b.opened {
		err = join(err, d.db.Close())
		delete(b.opened, key)
	}
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

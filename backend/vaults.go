package backend

import (
	"context"
	"time"

	"vitrine/backend/audit"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

// NewVault says how a vault for real data is made.
type NewVault struct {
	Home       string // "" is DefaultHome
	Door       string
	Passphrase string
	Keychain   bool     // also keep a key in this computer's keychain
	FIPS       bool     // approved primitives only
	Escrow     []string // recipients who may open it too
	Clock      func() time.Time
}

// VaultMade is a new vault, with the recovery code to be shown this once.
type VaultMade struct {
	Home         string `json:"home"`
	ID           string `json:"id"`
	Profile      string `json:"profile" enum:"standard,fips"`
	RecoveryCode string `json:"recovery_code" doc:"Opens the vault when the passphrase is lost; shown once, kept nowhere"`
	Keychain     string `json:"keychain" doc:"in use; not asked for; or why there is none"`
}

// CreateVault makes a vault in an empty folder and closes it again. There is
// nobody to ask for permission before there is a vault; that it was made is the
// first event of its log.
func CreateVault(ctx context.Context, n NewVault) (made VaultMade, err error) {
	home, err := homeOr(n.Home)
	if err != nil {
		return made, err
	}
	if exists, err := vault.Exists(home); err != nil || exists {
		return made, join(err, problem.New(problem.Conflict, "vault-exists", "There is a vault in this folder already.").
			At(home).Try("Name another folder with --home."))
	}
	b := newBackend(home, Options{Door: n.Door, Clock: n.Clock})
	made.Home = home
	b.vault, err = vault.Open(ctx, home, vault.Options{Clock: b.clock, Create: true, NewKeys: n.keys(&made)})
	if err != nil {
		return VaultMade{}, err
	}
	if err := b.openParts(ctx); err != nil {
		return VaultMade{}, join(err, b.vault.Close())
	}
	err = b.record(ctx, createVault, wholeVault, audit.Done, detail{"profile": made.Profile, "keychain": n.Keychain, "escrow": len(n.Escrow)})
	return made, join(err, b.Close())
}

// keys makes a vault's keys and tells the recovery code.
func (n NewVault) keys(made *VaultMade) func(keys.Options) (*keys.File, *keys.Ring, error) {
	return func(o keys.Options) (*keys.File, *keys.Ring, error) {
		p, err := keys.NewPassphrase([]byte(n.Passphrase))
		if err != nil {
			return nil, nil, err
		}
		defer p.Destroy()
		o.Label, o.Escrow, o.Profile = "Passphrase", n.Escrow, keys.Standard
		if n.FIPS {
			o.Profile = keys.FIPS
		}
		if n.Keychain {
			o.Devices = keys.Keychain{}
		}
		c, err := keys.Create(p, o)
		if err != nil {
			return nil, nil, err
		}
		defer c.Recovery.Destroy()
		made.ID, made.Profile, made.RecoveryCode = o.Vault, string(o.Profile), c.Recovery.Reveal()
		made.Keychain = inKeychain(n.Keychain, c.Keychain)
		return c.File, c.Ring, nil
	}
}

// VaultStatus is what vault.json says about how a vault opens, read without
// opening it.
type VaultStatus struct {
	vault.Info
	Home    string      `json:"home"`
	Profile string      `json:"profile"`
	Epoch   uint32      `json:"epoch" doc:"Number of the vault key; one more with every rotation"`
	Wraps   []keys.Wrap `json:"wraps" doc:"What opens it"`
}

// Status reads a vault's description. It holds nothing of what is inside.
func Status(home string) (VaultStatus, error) {
	home, err := homeOr(home)
	if err != nil {
		return VaultStatus{}, err
	}
	if exists, err := vault.Exists(home); err != nil || !exists {
		return VaultStatus{}, join(err, problem.New(problem.NotFound, "vault-missing", "There is no vault in this folder.").
			At(home).Try("Make one with vitrine vault create, or a demonstration with vitrine demo."))
	}
	info, file, err := vault.Peek(home)
	if err != nil {
		return VaultStatus{}, err
	}
	return VaultStatus{Info: info, Home: home, Profile: string(file.Profile()), Epoch: file.Epoch(), Wraps: file.Wraps()}, nil
}

// CheckReport is a check of a whole vault: its pages and its log.
type CheckReport struct {
	OK bool `json:"ok"`
	vault.Report
	Events int64 `json:"events" doc:"Audit events whose chain was recomputed"`
}

// Check authenticates every page of the vault and recomputes the audit log's
// chain. It changes nothing but the log that says so.
func (b *Backend) Check(ctx context.Context) (CheckReport, error) {
	return act(ctx, b, checkVault, wholeVault, func() (CheckReport, detail, error) {
		pages, err := b.vault.Check(ctx)
		if err != nil {
			return CheckReport{}, nil, err
		}
		chain, err := b.log.Verify(ctx)
		if err != nil {
			return CheckReport{}, nil, err
		}
		r := CheckReport{Report: pages, Events: chain.Events}
		if !chain.Intact() {
			r.Findings = append(r.Findings, vault.Flaw{Place: "audit log", What: chain.Finding})
		}
		r.OK = r.Report.OK()
		return r, detail{"ok": r.OK, "pages": r.Pages, "findings": len(r.Findings)}, nil
	})
}

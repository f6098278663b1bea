package backend

import (
	"context"

	"vitrine/backend/access"
	"vitrine/backend/audit"
	"vitrine/backend/catalog"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

// What is done to the vault itself, for access to decide on and audit to record.
const (
	changePassphrase access.Action = "vault.passphrase"
	renewRecovery    access.Action = "vault.recovery.renew"
	confirmRecovery  access.Action = "vault.recovery.confirm"
	addEscrow        access.Action = "vault.escrow"
	removeWrap       access.Action = "vault.wrap.remove"
	rotateKeys       access.Action = "vault.rotate"
	backupVault      access.Action = "vault.backup"
	restoreVault     access.Action = "vault.restore"
	shredDataset     access.Action = "dataset.shred"
)

// Openings are the ways to open the vault, after a change of them.
type Openings struct {
	Wraps []keys.Wrap `json:"wraps" doc:"What opens the vault"`
	// Keychain says what became of the keychain where a passphrase was set.
	Keychain string `json:"keychain,omitempty" doc:"in use; not asked for; or why there is none"`
}

func (b *Backend) openings() Openings { return Openings{Wraps: b.vault.Wraps()} }

// SetPassphrase is a passphrase to be set. Present proves that who asks can open
// the vault: an unlocked program that somebody left is not enough.
type SetPassphrase struct {
	Present  Secret `json:"present"`
	New      string `json:"new" maxLength:"1024"`
	Wrap     string `json:"wrap,omitempty" doc:"id of the passphrase to change; may be left out where there is one"`
	Label    string `json:"label,omitempty" doc:"Adds a passphrase for another person, under this name, instead of changing one"`
	Keychain bool   `json:"keychain" doc:"Also keep a key in this computer's keychain"`
}

// ChangePassphrase sets another passphrase, or adds one. Until it returns the
// former one opens the vault.
func (b *Backend) ChangePassphrase(ctx context.Context, set SetPassphrase) (Openings, error) {
	return act(ctx, b, changePassphrase, wholeVault, func() (Openings, detail, error) {
		if err := b.vault.Prove(b.unlocker(set.Present)); err != nil {
			return Openings{}, nil, err
		}
		p, err := keys.NewPassphrase([]byte(set.New))
		if err != nil {
			return Openings{}, nil, err
		}
		defer p.Destroy()
		done, err := b.setPassphrase(ctx, set, p)
		if err != nil {
			return Openings{}, nil, err
		}
		o := b.openings()
		o.Keychain = inKeychain(set.Keychain, done.Keychain)
		return o, detail{"wrap": done.Wrap, "added": set.Label != "", "keychain": set.Keychain && done.Keychain == nil}, nil
	})
}

func (b *Backend) setPassphrase(ctx context.Context, set SetPassphrase, p *keys.Passphrase) (vault.PassphraseSet, error) {
	var devices keys.DeviceStore
	if set.Keychain {
		devices = keys.Keychain{}
	}
	if set.Label != "" {
		return b.vault.AddPassphrase(ctx, set.Label, p, devices)
	}
	return b.vault.ChangePassphrase(ctx, set.Wrap, p, devices)
}

func inKeychain(asked bool, why error) string {
	switch {
	case !asked:
		return "not asked for"
	case why != nil:
		return problem.From(why).Message
	}
	return "in use"
}

// NewCode is a recovery code, to be shown once.
type NewCode struct {
	RecoveryCode string `json:"recovery_code" doc:"Shown once, kept nowhere. The former code opens the vault until this one was confirmed"`
}

// RenewRecovery draws a new recovery code. The former one stays good until
// ConfirmRecovery is told the new one.
func (b *Backend) RenewRecovery(ctx context.Context, present Secret) (NewCode, error) {
	return act(ctx, b, renewRecovery, wholeVault, func() (NewCode, detail, error) {
		if err := b.vault.Prove(b.unlocker(present)); err != nil {
			return NewCode{}, nil, err
		}
		code, err := b.vault.RenewRecovery(ctx)
		if err != nil {
			return NewCode{}, nil, err
		}
		defer code.Destroy()
		return NewCode{code.Reveal()}, nil, nil
	})
}

// ConfirmRecovery is told a recovery code as a person wrote it down; codes before
// it stop opening the vault.
func (b *Backend) ConfirmRecovery(ctx context.Context, typed string) (Openings, error) {
	return act(ctx, b, confirmRecovery, wholeVault, func() (Openings, detail, error) {
		if err := b.vault.ConfirmRecovery(ctx, typed); err != nil {
			return Openings{}, nil, err
		}
		return b.openings(), nil, nil
	})
}

// NewEscrow is an institution that may open the vault.
type NewEscrow struct {
	Present   Secret `json:"present"`
	Label     string `json:"label" maxLength:"100" doc:"Whose key it is"`
	Recipient string `json:"recipient" maxLength:"4096" doc:"An age recipient (age1…), or a P-256 public key in PEM; in the FIPS profile P-256 only"`
}

// AddEscrow hands the vault's key to a public key.
func (b *Backend) AddEscrow(ctx context.Context, n NewEscrow) (Openings, error) {
	return act(ctx, b, addEscrow, wholeVault, func() (Openings, detail, error) {
		if err := b.vault.Prove(b.unlocker(n.Present)); err != nil {
			return Openings{}, nil, err
		}
		if err := b.vault.AddEscrow(ctx, n.Label, n.Recipient); err != nil {
			return Openings{}, nil, err
		}
		return b.openings(), detail{"recipient": legible(n.Recipient)}, nil
	})
}

// Removal is a way to open the vault that is to be taken out.
type Removal struct {
	Present Secret `json:"present"`
	Wrap    string `json:"wrap" doc:"Its id"`
}

// RemoveWrap takes out one way to open the vault, never the last that a person
// holds.
func (b *Backend) RemoveWrap(ctx context.Context, r Removal) (Openings, error) {
	return act(ctx, b, removeWrap, access.Resource{Kind: "wrap", ID: r.Wrap}, func() (Openings, detail, error) {
		if err := b.vault.Prove(b.unlocker(r.Present)); err != nil {
			return Openings{}, nil, err
		}
		if err := b.vault.RemoveWrap(ctx, r.Wrap, keys.Keychain{}); err != nil {
			return Openings{}, nil, err
		}
		return b.openings(), nil, nil
	})
}

// RotatedKeys says how a rotation ended.
type RotatedKeys struct {
	Epoch uint32      `json:"epoch" doc:"Number of the vault key"`
	Renew []keys.Wrap `json:"renew" doc:"What opens nothing until it is set again, because it was not given"`
	// Unfinished rotations go on when the vault is opened next.
	Unfinished bool `json:"unfinished" doc:"The new keys are in use; the earlier ones go when the vault is opened next"`
}

// RotateKeys draws new keys for the vault and core.db. keep is what opens the
// vault afterwards, the passphrase or the recovery code or both; what is not given
// has to be set again.
func (b *Backend) RotateKeys(ctx context.Context, keep Secret) (RotatedKeys, error) {
	return act(ctx, b, rotateKeys, wholeVault, func() (RotatedKeys, detail, error) {
		secrets := keys.Secrets{Devices: keys.Keychain{}, Recovery: keep.RecoveryCode}
		if keep.Passphrase != "" {
			p, err := keys.NewPassphrase([]byte(keep.Passphrase))
			if err != nil {
				return RotatedKeys{}, nil, err
			}
			defer p.Destroy()
			secrets.Passphrase = p
		}
		done, err := b.vault.Rotate(ctx, secrets, nil)
		if err != nil {
			return RotatedKeys{}, nil, err
		}
		r := RotatedKeys{Epoch: done.Epoch, Renew: append([]keys.Wrap{}, done.Renew...), Unfinished: done.Unfinished}
		return r, detail{"epoch": r.Epoch, "renew": len(r.Renew), "unfinished": r.Unfinished}, nil
	})
}

// BackupVault copies the vault, encrypted as it is, into a new or empty folder,
// and looks at all of the copy.
func (b *Backend) BackupVault(ctx context.Context, to string) (vault.BackupReport, error) {
	return act(ctx, b, backupVault, wholeVault, func() (vault.BackupReport, detail, error) {
		if to == "" {
			return vault.BackupReport{}, nil, problem.New(problem.Invalid, "backup-folder", "A backup needs a folder.").Try("Name a new folder, best on another disk.")
		}
		report, err := b.vault.Backup(ctx, to)
		return report, detail{"files": report.Files, "bytes": report.Bytes, "findings": len(report.Findings)}, err
	})
}

// Restoring is a backup to be made a vault again.
type Restoring struct {
	From, To    string // To "" only looks at the backup
	EvenDamaged bool   // restore what is good where datasets are damaged
	Secret      Secret
	Door        string
}

// Restore looks at all of a backup, and makes a vault of it in a new or empty
// folder. There is no open vault to ask or to record it in before; that it was
// restored is written into the log of the new one.
func Restore(ctx context.Context, r Restoring) (vault.BackupReport, error) {
	b := newBackend(r.To, Options{Door: r.Door})
	b.guard = &keys.Guard{Clock: b.clock} // nothing is written into the backup
	report, err := vault.Restore(ctx, vault.Restoring{From: r.From, To: r.To, EvenDamaged: r.EvenDamaged, Unlock: b.unlocker(r.Secret)})
	if err != nil || r.To == "" {
		return report, err
	}
	if err := b.openWith(ctx, b.unlocker(r.Secret), false); err != nil {
		return report, err
	}
	err = b.record(ctx, restoreVault, wholeVault, audit.Done, detail{"files": report.Files, "findings": len(report.Findings)})
	return report, join(err, b.Close())
}

// ShredDataset makes a dataset version unreadable for good. Backups made before
// still hold it.
func (b *Backend) ShredDataset(ctx context.Context, id catalog.DatasetID, version catalog.Version) (Shredded, error) {
	return act(ctx, b, shredDataset, access.Resource{Kind: "dataset", ID: string(id) + "@" + string(version)}, func() (Shredded, detail, error) {
		finished, err := b.vault.Shred(ctx, string(id), string(version))
		// Also after an error: it may be gone, and its readers with it.
		if err := join(err, b.forget(id)); err != nil {
			return Shredded{}, nil, err
		}
		return Shredded{Dataset: string(id), Version: string(version), Unfinished: !finished}, detail{"unfinished": !finished}, nil
	})
}

// Shredded is a dataset version that is gone.
type Shredded struct {
	Dataset    string `json:"dataset"`
	Version    string `json:"version"`
	Unfinished bool   `json:"unfinished" doc:"The dataset is gone; an earlier key of core.db goes when the vault is opened next"`
}

package vault

import (
	"context"
	"slices"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

const changingKeys = "The keys of this vault are being changed."

// PassphraseSet says how a passphrase was set.
type PassphraseSet struct {
	Wrap string // id of the wrap that it opens
	// Keychain says why the passphrase stands alone although a keychain was given,
	// or what kept the keychain from being tidied; nil otherwise.
	Keychain error
}

// Wraps lists the ways to open the vault.
func (v *Vault) Wraps() []keys.Wrap { return v.described().keys.Wraps() }

// Prove checks that a secret opens the vault, which is open already: whoever
// changes what opens it has to hold something that does. A demonstration needs
// none. Problems: "secret-needed" for nil, and those of unlock.
func (v *Vault) Prove(unlock func(*keys.File) (*keys.Ring, error)) error {
	if v.info.Demonstration {
		return nil
	}
	if unlock == nil {
		return problem.New(problem.Unauthorized, "secret-needed", "To change what opens the vault, something that opens it now must be given.").
			Try("Type the passphrase or the recovery code.")
	}
	ring, err := unlock(v.described().keys)
	ring.Destroy()
	return err
}

// ChangePassphrase puts another passphrase in place of the one of a wrap, or of
// the only one where id is "". Until it returns, and after an error, the former
// one opens the vault; so it does a copy of vault.json that was made before: where
// strangers know that passphrase, Rotate. The passphrase stays the caller's.
//
// Problems: those of keys.File.ChangePassphrase; "wrap-ambiguous",
// "wrap-unknown", "demonstration-only", "vault-busy".
func (v *Vault) ChangePassphrase(ctx context.Context, id string, p *keys.Passphrase, devices keys.DeviceStore) (PassphraseSet, error) {
	return v.setPassphrase(ctx, devices, func(f *keys.File, r *keys.Ring) (*keys.Changed, error) {
		id, err := passphraseWrap(f, id)
		if err != nil {
			return nil, err
		}
		return f.ChangePassphrase(r, id, p, devices)
	})
}

// AddPassphrase lets another person open the vault with a passphrase of their
// own. Problems: those of keys.File.AddPassphrase; "vault-busy".
func (v *Vault) AddPassphrase(ctx context.Context, label string, p *keys.Passphrase, devices keys.DeviceStore) (PassphraseSet, error) {
	return v.setPassphrase(ctx, devices, func(f *keys.File, r *keys.Ring) (*keys.Changed, error) {
		return f.AddPassphrase(r, label, p, devices, v.clock())
	})
}

func (v *Vault) setPassphrase(ctx context.Context, devices keys.DeviceStore, set func(*keys.File, *keys.Ring) (*keys.Changed, error)) (PassphraseSet, error) {
	var done PassphraseSet
	before, after, err := v.changeKeys(ctx, func(f *keys.File, r *keys.Ring) (*keys.File, error) {
		changed, err := set(f, r)
		if err != nil {
			return nil, err
		}
		done.Wrap, done.Keychain = changed.Wrap, changed.Keychain
		return changed.File, nil
	})
	if err != nil {
		return PassphraseSet{}, err
	}
	if left := keys.Tidy(devices, before, after); done.Keychain == nil {
		done.Keychain = left
	}
	return done, nil
}

// passphraseWrap is the wrap that is meant by an id, or by none.
func passphraseWrap(f *keys.File, id string) (string, error) {
	if f.Demonstration() {
		return "", problem.New(problem.Conflict, "demonstration-only", "A demonstration vault opens with the key beside it and has no passphrase.").
			Try("Create a vault of your own.")
	}
	if id != "" {
		return id, nil
	}
	found := ofKind(f, keys.KindPassphrase)
	switch len(found) {
	case 0:
		return "", problem.New(problem.Conflict, "wrap-absent", "This vault has no passphrase to change.").
			Try("Add one.")
	case 1:
		return found[0].ID, nil
	}
	return "", problem.New(problem.Conflict, "wrap-ambiguous", "This vault has more than one passphrase.").
		Try("Say which one: list the ways to open the vault and name its id.")
}

func ofKind(f *keys.File, kind keys.Kind) []keys.Wrap {
	var list []keys.Wrap
	for _, w := range f.Wraps() {
		if w.Kind == kind {
			list = append(list, w)
		}
	}
	return list
}

// RenewRecovery draws a recovery code, to be shown once. A code that was in use
// goes on opening the vault until ConfirmRecovery is told the new one as a person
// wrote it down: a code that nobody has seen must not be the only one. Problems:
// "demonstration-only", "wrap-too-many", "vault-busy".
func (v *Vault) RenewRecovery(ctx context.Context) (*keys.RecoveryCode, error) {
	var code *keys.RecoveryCode
	_, _, err := v.changeKeys(ctx, func(f *keys.File, r *keys.Ring) (next *keys.File, err error) {
		if id := awaiting(f); id != "" {
			next, code, err = f.RenewRecovery(r, id, v.clock())
		} else {
			next, code, err = f.AddRecovery(r, "Recovery code", v.clock())
		}
		return next, err
	})
	if err != nil {
		code.Destroy()
		return nil, err
	}
	return code, nil
}

// awaiting is the recovery wrap that a new code can take the place of at once:
// one that opens nothing, or one that was drawn to replace another and never
// confirmed.
func awaiting(f *keys.File) string {
	codes := ofKind(f, keys.KindRecovery)
	for _, w := range codes {
		if w.Renew {
			return w.ID
		}
	}
	if n := len(codes); n > 1 && !codes[n-1].Confirmed {
		return codes[n-1].ID
	}
	return ""
}

// ConfirmRecovery is told a recovery code as a person wrote it down. That code is
// then known to be good, and those that it replaces stop opening the vault.
// Problems: those of keys.File.ConfirmRecovery; "vault-busy".
func (v *Vault) ConfirmRecovery(ctx context.Context, typed string) error {
	_, _, err := v.changeKeys(ctx, func(f *keys.File, r *keys.Ring) (*keys.File, error) {
		next, err := f.ConfirmRecovery(r, typed)
		if err != nil {
			return nil, err
		}
		return withoutReplaced(f, next, r)
	})
	return err
}

// withoutReplaced takes the recovery codes out that are older than the one that
// next confirms and f does not. Where f did already, none is: the typed one may be
// the oldest.
func withoutReplaced(f, next *keys.File, r *keys.Ring) (*keys.File, error) {
	was := map[string]bool{}
	for _, w := range ofKind(f, keys.KindRecovery) {
		was[w.ID] = w.Confirmed
	}
	codes := ofKind(next, keys.KindRecovery)
	at := slices.IndexFunc(codes, func(w keys.Wrap) bool { return w.Confirmed && !was[w.ID] })
	for _, w := range codes[:max(at, 0)] {
		var err error
		if next, err = next.RemoveWrap(r, w.ID); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// AddEscrow hands the vault's key to an institution's public key. Problems: those
// of keys.File.AddEscrow; "vault-busy".
func (v *Vault) AddEscrow(ctx context.Context, label, recipient string) error {
	_, _, err := v.changeKeys(ctx, func(f *keys.File, r *keys.Ring) (*keys.File, error) {
		return f.AddEscrow(r, label, recipient, v.clock())
	})
	return err
}

// RemoveWrap takes one way to open the vault out; never the last one that a
// person holds. An older copy of vault.json still has it: where strangers know its
// secret, Rotate. What it kept in the keychain goes too; where that fails, what is
// left there opens nothing. Problems: those of keys.File.RemoveWrap; "vault-busy".
func (v *Vault) RemoveWrap(ctx context.Context, id string, devices keys.DeviceStore) error {
	before, after, err := v.changeKeys(ctx, func(f *keys.File, r *keys.Ring) (*keys.File, error) {
		return f.RemoveWrap(r, id)
	})
	if err == nil {
		_ = keys.Tidy(devices, before, after)
	}
	return err
}

// changeKeys writes vault.json with another key part. The vault key stays.
func (v *Vault) changeKeys(ctx context.Context, change func(*keys.File, *keys.Ring) (*keys.File, error)) (before, after *keys.File, err error) {
	ctx, end, err := v.take(ctx, changingKeys)
	if err != nil {
		return nil, nil, err
	}
	defer end()
	before = v.manifest.keys
	if after, err = change(before, v.ring); err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return before, after, v.describe(&manifest{v.info, after}, nil)
}

// describe writes vault.json and takes what it says into use, with another ring
// where one is given. The caller has the turn.
func (v *Vault) describe(m *manifest, ring *keys.Ring) error {
	if err := m.write(v.home); err != nil {
		ring.Destroy()
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.manifest = m
	if ring != nil {
		v.ring.Destroy()
		v.ring = ring
	}
	return nil
}

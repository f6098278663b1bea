package keys

import (
	"errors"
	"slices"

	"vitrine/backend/problem"
)

// Secrets are what lets a rotation wrap the new vault key as the old one was. At
// least one that a person holds must be given. Escrow needs none.
type Secrets struct {
	Passphrase    *Passphrase
	Devices       DeviceStore // for a passphrase with a key in the keychain
	Recovery      string      // as typed
	Demonstration []byte      // the key file beside a demonstration vault
}

// Rotated is a key part after the vault key was rotated.
type Rotated struct {
	File *File
	Ring *Ring // opens what either key sealed; seals with the new one
	// Renew lists the wraps whose secret was not given. They open nothing until
	// ChangePassphrase or RenewRecovery renews them, or RemoveWrap takes them out.
	Renew []Wrap
}

// Rotate draws a new vault key and wraps it by every secret given, each checked
// against the present wraps first, and by all escrow recipients. The old key stays
// in the file, sealed by the new one, so that writing the file is the one step
// that counts: database keys are sealed again afterwards, at leisure, and then
// ForgetPrevious ends the rotation. A seal that was made by the old key opens
// throughout.
//
// Who knows the old vault key and has an old copy of the database keys' seals
// knows those keys: after a theft the databases need new keys as well.
//
// Problems: "rotate-nothing-given", "passphrase-wrong", "keychain-…",
// "recovery-code-…", "vault-keys-edited".
func (f *File) Rotate(r *Ring, s Secrets) (*Rotated, error) {
	old, err := f.present(r)
	if err != nil {
		return nil, err
	}
	if err := f.doc.authentic(old); err != nil {
		return nil, err
	}
	known, err := f.match(r, s)
	if err != nil {
		return nil, err
	}
	defer known.destroy()
	fresh := NewKey()
	next := f.doc.clone()
	next.Epoch++
	if err := errors.Join(next.rewrap(fresh, known), next.keepPrevious(r, fresh)); err != nil {
		fresh.Destroy()
		return nil, err
	}
	file, ring, err := finishNew(next, fresh, f.bounds)
	if err != nil {
		return nil, err
	}
	return &Rotated{File: file, Ring: ring, Renew: file.toRenew()}, nil
}

func (f *File) toRenew() []Wrap {
	return slices.DeleteFunc(f.Wraps(), func(w Wrap) bool { return !w.Renew })
}

// known is which wraps the given secrets open.
type known struct {
	secrets    Secrets
	passphrase string          // id of its wrap
	devices    map[string]*Key // by id of wrap
	code       *RecoveryCode
	recovery   string // id of its wrap
	beside     *Key
}

func (k *known) destroy() {
	destroyAll(k.devices)
	k.code.Destroy()
	k.beside.Destroy()
}

// match checks each given secret against the wraps as they are: a passphrase
// with a typing error must not become the one that opens the vault.
func (f *File) match(r *Ring, s Secrets) (*known, error) {
	k := &known{secrets: s}
	err := errors.Join(f.matchPassphrase(k), f.matchRecovery(r, k), f.matchDemonstration(k))
	if err == nil && k.passphrase == "" && k.recovery == "" && k.beside == nil {
		err = problem.New(problem.Invalid, "rotate-nothing-given", "To rotate the vault's key, something that opens the vault must be given.").
			Try("Type the passphrase or the recovery code.")
	}
	if err != nil {
		k.destroy()
		return nil, firstProblem(err)
	}
	return k, nil
}

func (f *File) matchPassphrase(k *known) error {
	if k.secrets.Passphrase == nil {
		return nil
	}
	wraps, err := f.openable(KindPassphrase, "a passphrase")
	if err != nil {
		return err
	}
	found, missing := deviceKeys(k.secrets.Devices, f.doc.Vault, wraps)
	k.devices = found
	for _, w := range wraps {
		device, ready := found[w.ID]
		if !ready {
			continue
		}
		key, err := w.openPassphrase(&f.doc, k.secrets.Passphrase, device)
		if err == nil {
			key.Destroy()
			k.passphrase = w.ID
			return nil
		}
		if !errors.Is(err, errSeal) {
			return err
		}
	}
	if missing != nil {
		return missing
	}
	return wrongPassphrase()
}

func (f *File) matchRecovery(r *Ring, k *known) (err error) {
	if k.secrets.Recovery == "" {
		return nil
	}
	if k.recovery, err = f.wrapOfCode(r, k.secrets.Recovery); err != nil {
		return err
	}
	k.code, err = ParseRecoveryCode(k.secrets.Recovery)
	return err
}

func (f *File) matchDemonstration(k *known) (err error) {
	if k.secrets.Demonstration == nil {
		return nil
	}
	r, err := f.UnlockDemonstration(k.secrets.Demonstration)
	if err != nil {
		return err
	}
	r.Destroy()
	k.beside, err = f.parseDemonstration(k.secrets.Demonstration)
	return err
}

// rewrap seals the new vault key in every wrap it can, and empties the others.
func (d *document) rewrap(fresh *Key, k *known) error {
	for i := range d.Wraps {
		w := &d.Wraps[i]
		var err error
		switch {
		case w.Kind == KindEscrow:
			err = w.sealEscrow(d, fresh)
		case w.Kind == KindPassphrase && w.ID == k.passphrase:
			err = w.sealPassphrase(d, fresh, k.secrets.Passphrase, *w.KDF, k.devices[w.ID])
		case w.Kind == KindRecovery && w.ID == k.recovery:
			err = w.sealRecovery(d, fresh, k.code)
		case w.Kind == KindDemonstration && k.beside != nil:
			err = w.sealDemonstration(d, fresh, k.beside)
		default:
			w.forget()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepPrevious seals the key that was present, and those the file still kept
// before it, under the new one. What was forgotten stays forgotten, though the ring
// may remember it.
func (d *document) keepPrevious(r *Ring, fresh *Key) error {
	epochs := []uint32{}
	for _, p := range d.Previous {
		epochs = append(epochs, p.Epoch)
	}
	epochs = append(epochs, r.current)
	d.Previous = nil
	for _, epoch := range epochs {
		under, aad, err := d.previousKey(fresh, epoch)
		if err != nil {
			return err
		}
		sealed, err := seal(under, r.epochs[epoch], aad)
		under.Destroy()
		if err != nil {
			return err
		}
		d.Previous = append(d.Previous, previous{Epoch: epoch, Sealed: sealed})
	}
	if len(d.Previous) > maxPrevious {
		return problem.New(problem.Conflict, "rotate-unfinished", "Earlier rotations of the vault's key were never finished.").
			Try("Let Vitrine seal the keys of all datasets again first.")
	}
	return nil
}

// openPrevious opens an earlier vault key. The MAC was checked before, so a seal
// that does not open was changed by who knows the vault key.
func (d *document) openPrevious(present *Key, p previous) (*Key, error) {
	under, aad, err := d.previousKey(present, p.Epoch)
	if err != nil {
		return nil, err
	}
	defer under.Destroy()
	key, err := unseal(under, p.Sealed, aad)
	if errors.Is(err, errSeal) {
		return nil, edited()
	}
	return key, err
}

func (d *document) previousKey(present *Key, epoch uint32) (*Key, sequence, error) {
	info := newSequence("vitrine key file 1: previous").text(d.Vault).number(uint64(d.Epoch))
	under, err := present.subkey(info)
	return under, slices.Clone(info).number(uint64(epoch)), err
}

// ForgetPrevious ends a rotation: the earlier vault keys leave the file. Every
// database key must have been sealed by the present one before (Ring.IsCurrent),
// or it is lost. Rings opened before keep the earlier keys until destroyed.
func (f *File) ForgetPrevious(r *Ring) (*File, error) {
	return f.change(r, func(d *document) error {
		d.Previous = nil
		return nil
	})
}

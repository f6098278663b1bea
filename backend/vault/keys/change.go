package keys

import (
	"slices"
	"time"

	"vitrine/backend/problem"
)

// Changed is a key part after a passphrase was set.
type Changed struct {
	File *File
	Wrap string // id of the wrap
	// Keychain says why the passphrase stands alone although a keychain was given.
	Keychain error
}

// ChangePassphrase puts another passphrase in place of the one of a wrap, or
// renews a wrap that a rotation left. The keychain's key stays as it is where it
// is there, so the File before opens as before until the new one is written. An
// older copy of the file still opens with the old passphrase: where strangers
// know that one, rotate.
//
// Problems: "passphrase-weak", "wrap-unknown", "vault-keys-edited".
func (f *File) ChangePassphrase(r *Ring, id string, p *Passphrase, devices DeviceStore) (*Changed, error) {
	if err := Judge(p).Problem(); err != nil {
		return nil, err
	}
	return f.setPassphrase(r, id, p, devices, func(d *document) (*wrap, error) {
		w, err := d.find(id)
		if err != nil || w.Kind != KindPassphrase {
			return nil, unknownWrap(id)
		}
		return w, nil
	})
}

// AddPassphrase lets another person open the vault with a passphrase of their own.
// Problems: as ChangePassphrase; "wrap-too-many", "label-invalid",
// "demonstration-only".
func (f *File) AddPassphrase(r *Ring, label string, p *Passphrase, devices DeviceStore, now time.Time) (*Changed, error) {
	if err := Judge(p).Problem(); err != nil {
		return nil, err
	}
	if err := f.mayAdd(KindPassphrase, label); err != nil {
		return nil, err
	}
	w := newWrap(KindPassphrase, label, now)
	return f.setPassphrase(r, w.ID, p, devices, func(d *document) (*wrap, error) {
		d.Wraps = append(d.Wraps, w)
		return &d.Wraps[len(d.Wraps)-1], nil
	})
}

// setPassphrase seals the wrap that pick gives.
func (f *File) setPassphrase(r *Ring, id string, p *Passphrase, devices DeviceStore, pick func(*document) (*wrap, error)) (*Changed, error) {
	done := &Changed{Wrap: id}
	next, err := f.change(r, func(d *document) error {
		w, err := pick(d)
		if err != nil {
			return err
		}
		var device *Key
		device, done.Keychain = keepDevice(devices, d.Vault, id)
		defer device.Destroy()
		return w.sealPassphrase(d, r.epochs[r.current], p, f.bounds.calibrate(d.Profile, stopwatch), device)
	})
	if err != nil {
		return nil, err
	}
	done.File = next
	return done, nil
}

// AddRecovery gives the vault one more recovery code, to be shown once and then
// confirmed.
func (f *File) AddRecovery(r *Ring, label string, now time.Time) (*File, *RecoveryCode, error) {
	if err := f.mayAdd(KindRecovery, label); err != nil {
		return nil, nil, err
	}
	w := newWrap(KindRecovery, label, now)
	return f.setRecovery(r, func(d *document) (*wrap, error) {
		d.Wraps = append(d.Wraps, w)
		return &d.Wraps[len(d.Wraps)-1], nil
	})
}

// RenewRecovery puts a new code in place of one that was lost, seen by a
// stranger, or left by a rotation.
func (f *File) RenewRecovery(r *Ring, id string, now time.Time) (*File, *RecoveryCode, error) {
	return f.setRecovery(r, func(d *document) (*wrap, error) {
		w, err := d.find(id)
		if err != nil || w.Kind != KindRecovery {
			return nil, unknownWrap(id)
		}
		w.CreatedAt, w.Confirmed = stamp(now), false
		return w, nil
	})
}

func (f *File) setRecovery(r *Ring, pick func(*document) (*wrap, error)) (*File, *RecoveryCode, error) {
	code := newRecoveryCode()
	next, err := f.change(r, func(d *document) error {
		w, err := pick(d)
		if err != nil {
			return err
		}
		return w.sealRecovery(d, r.epochs[r.current], code)
	})
	if err != nil {
		code.Destroy()
		return nil, nil, err
	}
	return next, code, nil
}

// ConfirmRecovery records that a code was typed back, having opened the vault key
// with it. Problems: as UnlockRecovery.
func (f *File) ConfirmRecovery(r *Ring, typed string) (*File, error) {
	id, err := f.wrapOfCode(r, typed)
	if err != nil {
		return nil, err
	}
	return f.change(r, func(d *document) error {
		w, err := d.find(id)
		if err == nil {
			w.Confirmed = true
		}
		return err
	})
}

// wrapOfCode finds the wrap that a typed code opens to the ring's key.
func (f *File) wrapOfCode(r *Ring, typed string) (string, error) {
	code, err := ParseRecoveryCode(typed)
	if err != nil {
		return "", err
	}
	defer code.Destroy()
	w, key, err := f.openWithCode(code)
	if err != nil {
		return "", err
	}
	defer key.Destroy()
	present, err := f.present(r)
	if err != nil {
		return "", err
	}
	if !key.Equal(present) {
		return "", edited()
	}
	return w.ID, nil
}

// AddEscrow hands the vault's key to a recipient: an age public key ("age1…"), or
// a P-256 one in PEM or as "p256:…". Problems: "escrow-recipient",
// "escrow-profile", "escrow-known", "wrap-too-many", "label-invalid",
// "demonstration-only".
func (f *File) AddEscrow(r *Ring, label, to string, now time.Time) (*File, error) {
	if err := f.mayAdd(KindEscrow, label); err != nil {
		return nil, err
	}
	return f.change(r, func(d *document) error {
		return d.addEscrow(r.epochs[r.current], label, to, now)
	})
}

// mayAdd checks what needs no key.
func (f *File) mayAdd(kind Kind, label string) error {
	if f.doc.Demonstration {
		return problem.New(problem.Conflict, "demonstration-only", "A demonstration vault opens with the key beside it and in no other way.").
			Try("Create a vault of your own.")
	}
	same := 0
	for i := range f.doc.Wraps {
		if f.doc.Wraps[i].Kind == kind {
			same++
		}
	}
	if len(f.doc.Wraps) >= maxWraps || kind == KindPassphrase && same >= maxPassphrases {
		return problem.New(problem.Conflict, "wrap-too-many", "This vault can be opened in as many ways as a vault can have.").
			Try("Remove one that is no longer needed.")
	}
	return checkLabel(label)
}

// RemoveWrap takes one way to open the vault out; never the last one that a person
// holds. Older copies of the file still have it. Call Tidy once the new file is
// written. Problems: "wrap-last", "wrap-unknown", "vault-keys-edited".
func (f *File) RemoveWrap(r *Ring, id string) (*File, error) {
	return f.change(r, func(d *document) error {
		at := slices.IndexFunc(d.Wraps, func(w wrap) bool { return w.ID == id })
		if at < 0 {
			return unknownWrap(id)
		}
		d.Wraps = slices.Delete(d.Wraps, at, at+1)
		if !slices.ContainsFunc(d.Wraps, func(w wrap) bool { return w.opens() && w.personal() }) {
			return problem.New(problem.Conflict, "wrap-last", "This is the last way in which a person can open the vault.").At(id).
				Try("Add a passphrase or a recovery code first.")
		}
		return nil
	})
}

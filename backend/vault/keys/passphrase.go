package keys

import (
	"errors"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const maxPassphraseBytes = 1024

// Passphrase is what a person typed, in locked memory and spelt in one way: the
// same words typed on another keyboard or system give the same bytes. It prints
// as "[secret]".
type Passphrase struct {
	redacted
	mem *memory
}

// NewPassphrase takes text over and zeroes it. A line end that a file has after
// the passphrase is the caller's to cut off. Problem: "passphrase-invalid" where
// it is empty, longer than 1024 bytes, not UTF-8, or has control characters.
func NewPassphrase(text []byte) (*Passphrase, error) {
	defer wipe(text)
	const code = "passphrase-invalid"
	switch {
	case len(text) == 0:
		return nil, invalid(code, "The passphrase is empty.", "Type the passphrase.")
	case len(text) > maxPassphraseBytes:
		return nil, invalid(code, "The passphrase is longer than 1,024 bytes.", "Choose a shorter one.")
	case !utf8.Valid(text):
		return nil, invalid(code, "The passphrase is not text in UTF-8.", "Save the passphrase file as UTF-8.")
	}
	spelt, ok := oneSpelling(text)
	defer wipe(spelt)
	if !ok {
		return nil, invalid(code, "The passphrase holds a line end, a tab or another control character.", "Put it on one line of text.")
	}
	p := &Passphrase{mem: newMemory(len(spelt))}
	_ = p.use(func(to []byte) error { copy(to, spelt); return nil })
	return p, nil
}

// oneSpelling is the preparation of RFC 8265, OpaqueString: composed characters
// (NFC) and one kind of space. Nothing is folded: case and width count.
func oneSpelling(text []byte) ([]byte, bool) {
	composed := norm.NFC.Bytes(text)
	defer wipe(composed)
	out := make([]byte, 0, utf8.UTFMax*len(composed))
	for _, r := range string(composed) {
		if unicode.IsControl(r) {
			return out, false
		}
		if unicode.Is(unicode.Zs, r) {
			r = ' '
		}
		out = utf8.AppendRune(out, r)
	}
	return out, true
}

func (p *Passphrase) use(f func([]byte) error) error {
	if p == nil {
		return errDestroyed
	}
	return p.mem.use(f)
}

// Destroy zeroes the passphrase; twice is harmless.
func (p *Passphrase) Destroy() {
	if p != nil {
		p.mem.destroy()
	}
}

// sealPassphrase fills w so that p, with the device key where there is one, opens
// the vault key.
func (w *wrap) sealPassphrase(d *document, vaultKey *Key, p *Passphrase, cost Cost, device *Key) error {
	w.Kind, w.Renew, w.KDF, w.Salt, w.Device, w.DeviceCheck = KindPassphrase, false, &cost, newSalt(), deviceNone, nil
	if device != nil {
		check, err := deviceCheck(device, d.Vault, w.ID)
		if err != nil {
			return err
		}
		w.Device, w.DeviceCheck = deviceKeychain, check
	}
	under, err := w.passphraseKey(d, p, device)
	if err != nil {
		return err
	}
	defer under.Destroy()
	w.Sealed, err = seal(under, vaultKey, w.aad(d))
	return err
}

// openPassphrase gives the vault key; errSeal where the passphrase is another.
func (w *wrap) openPassphrase(d *document, p *Passphrase, device *Key) (*Key, error) {
	under, err := w.passphraseKey(d, p, device)
	if err != nil {
		return nil, err
	}
	defer under.Destroy()
	return unseal(under, w.Sealed, w.aad(d))
}

// passphraseKey is the slow derivation, and then the device key mixed in: who
// has the folder and guesses the passphrase still lacks the keychain.
func (w *wrap) passphraseKey(d *document, p *Passphrase, device *Key) (*Key, error) {
	var secret []byte
	defer func() { wipe(secret) }()
	err := p.use(func(text []byte) (err error) {
		secret, err = w.KDF.stretch(text, w.Salt)
		return err
	})
	if err != nil {
		return nil, err
	}
	if device != nil {
		both := make([]byte, 2*KeySize)
		defer wipe(both)
		copy(both, secret)
		if err := device.Use(func(b []byte) error { copy(both[KeySize:], b); return nil }); err != nil {
			return nil, err
		}
		return derive(both, w.Salt, w.passphraseInfo(d))
	}
	return derive(secret, w.Salt, w.passphraseInfo(d))
}

func (w *wrap) passphraseInfo(d *document) sequence {
	return newSequence("vitrine key file 1: passphrase").text(d.Vault).text(w.ID).text(w.Device)
}

// UnlockPassphrase opens the vault with a passphrase, and the keychain's device
// key where one belongs to it (devices nil: there is no keychain). guard slows
// repeated wrong ones and may be nil only where nobody can repeat.
//
// Problems: "passphrase-wrong", "passphrase-wait" with the seconds,
// "keychain-key-lost", "keychain-unavailable", "wrap-absent", "wrap-renew",
// "vault-keys-edited". A fault of the keychain is no wrong attempt.
func (f *File) UnlockPassphrase(p *Passphrase, devices DeviceStore, guard *Guard) (*Ring, error) {
	wraps, err := f.openable(KindPassphrase, "a passphrase")
	if err != nil {
		return nil, err
	}
	if err := guard.refusal(); err != nil { // before the keychain asks a person anything
		return nil, err
	}
	found, missing := deviceKeys(devices, f.doc.Vault, wraps)
	defer destroyAll(found)
	if len(found) == 0 {
		return nil, missing
	}
	if err := guard.begin(); err != nil {
		return nil, err
	}
	for _, w := range wraps {
		device, ready := found[w.ID]
		if !ready {
			continue
		}
		key, err := w.openPassphrase(&f.doc, p, device)
		if errors.Is(err, errSeal) {
			continue
		}
		if err != nil {
			return nil, err
		}
		guard.succeeded()
		return f.ring(key)
	}
	wrong := wrongPassphrase()
	if missing != nil {
		wrong.Hint += " A key that another passphrase of this vault needs is not in this computer's keychain."
	}
	return nil, wrong
}

// openable lists the wraps of a kind that open the present vault key.
func (f *File) openable(kind Kind, what string) ([]*wrap, error) {
	var open []*wrap
	renew := false
	for i := range f.doc.Wraps {
		w := &f.doc.Wraps[i]
		if w.Kind == kind && w.opens() {
			open = append(open, w)
		}
		renew = renew || w.Kind == kind && w.Renew
	}
	switch {
	case len(open) > 0:
		return open, nil
	case renew:
		return nil, toRenew(what)
	}
	return nil, noSuchWay(what)
}

func destroyAll[K comparable](keys map[K]*Key) {
	for _, k := range keys {
		k.Destroy()
	}
}

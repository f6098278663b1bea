package keys

import (
	"crypto/fips140"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"vitrine/backend/problem"
)

// Options say what keys a new vault gets.
type Options struct {
	Vault   string  // the vault's id, 32 hexadecimal digits
	Profile Profile // Standard when empty
	Label   string  // whose passphrase it is
	// Devices is the keychain; nil leaves the passphrase alone, by choice.
	Devices DeviceStore
	Escrow  []string         // recipients, see AddEscrow
	Clock   func() time.Time // time.Now when nil

	weak *bounds // tests only: cheaper derivations
}

func (o Options) now() time.Time {
	if o.Clock == nil {
		return time.Now()
	}
	return o.Clock()
}

func (o Options) limits() bounds {
	if o.weak != nil {
		return *o.weak
	}
	return production
}

func orStandard(p Profile) Profile {
	if p == "" {
		return Standard
	}
	return p
}

// Created is a new vault's keys, open, and the recovery code to be shown once.
type Created struct {
	File     *File
	Ring     *Ring
	Recovery *RecoveryCode
	// Keychain says why there is no device key although a keychain was given;
	// nil otherwise. The vault is good without, and Wrap.Keychain records it.
	Keychain error
}

// Create makes a vault key and wraps it by a passphrase, a recovery code and the
// escrow recipients. It takes about two seconds, most of them to measure this
// computer and to stretch the passphrase.
//
// Problems: "passphrase-weak" with the reasons, "escrow-recipient",
// "escrow-profile", "fips-required", "label-invalid".
func Create(p *Passphrase, o Options) (*Created, error) {
	o.Profile = orStandard(o.Profile)
	if err := Judge(p).Problem(); err != nil {
		return nil, err
	}
	d, err := newDocument(o)
	if err != nil {
		return nil, err
	}
	vaultKey := NewKey()
	first := newWrap(KindPassphrase, o.Label, o.now())
	device, keychain := keepDevice(o.Devices, d.Vault, first.ID)
	defer device.Destroy()
	code := newRecoveryCode()
	err = errors.Join(
		first.sealPassphrase(&d, vaultKey, p, o.limits().calibrate(o.Profile, stopwatch), device),
		d.addRecovery(vaultKey, code, o.now()),
		d.addEscrows(vaultKey, o.Escrow, o.now()),
	)
	if err != nil {
		code.Destroy()
		vaultKey.Destroy()
		return nil, firstProblem(err)
	}
	d.Wraps = append([]wrap{first}, d.Wraps...)
	f, r, err := finishNew(d, vaultKey, o.limits())
	if err != nil {
		code.Destroy()
		return nil, err
	}
	return &Created{File: f, Ring: r, Recovery: code, Keychain: keychain}, nil
}

// firstProblem gives the problem in a joined error alone, so that it reads as one
// sentence.
func firstProblem(err error) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p
	}
	return fmt.Errorf("make the keys of a vault: %w", err)
}

func (d *document) addRecovery(vaultKey *Key, code *RecoveryCode, now time.Time) error {
	w := newWrap(KindRecovery, "Recovery code", now)
	err := w.sealRecovery(d, vaultKey, code)
	d.Wraps = append(d.Wraps, w)
	return err
}

func (d *document) addEscrows(vaultKey *Key, recipients []string, now time.Time) error {
	for _, to := range recipients {
		if err := d.addEscrow(vaultKey, "Escrow", to, now); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) addEscrow(vaultKey *Key, label, to string, now time.Time) error {
	r, err := parseRecipient(to)
	if err != nil {
		return err
	}
	if d.Profile == FIPS && r.method() != methodP256 {
		return invalid("escrow-profile", "The FIPS profile does not hand keys to age recipients.", "Give a P-256 public key.")
	}
	w := newWrap(KindEscrow, label, now)
	w.Recipient = r.String()
	for _, other := range d.Wraps {
		if other.Recipient == w.Recipient {
			return problem.New(problem.Conflict, "escrow-known", "The vault's key was handed to this recipient already.").
				Try("Nothing needs to be done.")
		}
	}
	if err := w.sealEscrow(d, vaultKey); err != nil {
		return err
	}
	d.Wraps = append(d.Wraps, w)
	return nil
}

// newDocument is a document without wraps.
func newDocument(o Options) (document, error) {
	d := document{Version: formatVersion, Vault: o.Vault, Profile: o.Profile, Epoch: 1}
	switch {
	case !isHex(o.Vault, 16):
		return d, fmt.Errorf("keys: a vault's id has 32 hexadecimal digits")
	case o.Profile != Standard && o.Profile != FIPS:
		return d, invalid("profile-unknown", "There is no such profile.", "Choose standard or fips.")
	case o.Profile == Standard && fips140.Enforced():
		return d, invalid("fips-required", "This program runs in FIPS mode, where only the FIPS profile may be used.", "Choose the FIPS profile.")
	}
	return d, checkLabel(o.Label)
}

func checkLabel(label string) error {
	if plain(label, 100) {
		return nil
	}
	return invalid("label-invalid", `The name is longer than 100 characters, or has a control character or one of " \ < > &.`, "Choose a plainer name.")
}

// finishNew authenticates a new document and opens it. It takes the key over.
func finishNew(d document, vaultKey *Key, b bounds) (*File, *Ring, error) {
	f, err := finish(d, vaultKey, b)
	if err != nil {
		vaultKey.Destroy()
		return nil, nil, err
	}
	r, err := f.ring(vaultKey)
	return f, r, err
}

func newWrap(kind Kind, label string, now time.Time) wrap {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails
	return wrap{ID: hex.EncodeToString(id), Kind: kind, Label: label, CreatedAt: stamp(now)}
}

func newSalt() []byte {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	return salt
}

package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"strings"

	"filippo.io/age"

	"vitrine/backend/problem"
)

// The methods of an escrow.
const (
	methodAge  = "age-x25519"
	methodP256 = "p256-hkdf-sha256-aes256gcm"
)

const (
	p256Prefix    = "p256:"
	p256PointSize = 65
	maxAge        = 2048 // bytes of an age file with one recipient; a real one has 296
	maxIdentity   = 64 << 10
)

// recipient is a public key that an institution holds the private one of.
type recipient interface {
	String() string // as stored
	method() string
	seal(w *wrap, d *document, vaultKey *Key) error
}

// parseRecipient reads "age1…", "p256:…" or the PEM of a P-256 public key.
func parseRecipient(text string) (recipient, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "age1"):
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, badRecipient()
		}
		return ageRecipient{r}, nil
	case strings.HasPrefix(text, p256Prefix):
		point, err := base64.StdEncoding.DecodeString(text[len(p256Prefix):])
		if err != nil {
			return nil, badRecipient()
		}
		return p256Public(ecdh.P256().NewPublicKey(point))
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, badRecipient()
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := public.(*ecdsa.PublicKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, badRecipient()
	}
	return p256Public(key.ECDH())
}

func badRecipient() error {
	return invalid("escrow-recipient", "This is not a public key that Vitrine can hand the vault's key to.",
		"Give an age recipient (age1…), or the PEM of a P-256 public key; never a private key.")
}

func p256Public(key *ecdh.PublicKey, err error) (recipient, error) {
	if err != nil {
		return nil, badRecipient()
	}
	return p256Recipient{key}, nil
}

// ageRecipient seals with age (age-encryption.org/v1, X25519).
type ageRecipient struct{ *age.X25519Recipient }

func (ageRecipient) method() string { return methodAge }

// seal puts a hash of what the wrap is bound to in front of the key, since age
// has no associated data. The hash is long and written first so that the buffer
// inside age has grown before the key comes: growing leaves a copy behind.
func (r ageRecipient) seal(w *wrap, d *document, vaultKey *Key) error {
	bound := sha512.Sum512(w.aad(d))
	var sealed bytes.Buffer
	out, err := age.Encrypt(&sealed, r.X25519Recipient)
	if err != nil {
		return err
	}
	if _, err := out.Write(bound[:]); err != nil {
		return err
	}
	err = vaultKey.Use(func(k []byte) error { _, err := out.Write(k); return err })
	if err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	w.Sealed = sealed.Bytes()
	return nil
}

// p256Recipient seals with a fresh P-256 key: ECDH, HKDF-SHA-256, AES-256-GCM.
type p256Recipient struct{ *ecdh.PublicKey }

func (p256Recipient) method() string { return methodP256 }

func (r p256Recipient) String() string {
	return p256Prefix + base64.StdEncoding.EncodeToString(r.Bytes())
}

func (r p256Recipient) seal(w *wrap, d *document, vaultKey *Key) error {
	fresh, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	w.Salt, w.Ephemeral = newSalt(), fresh.PublicKey().Bytes()
	under, err := p256Key(fresh, r.PublicKey, w, d, r.PublicKey)
	if err != nil {
		return err
	}
	defer under.Destroy()
	w.Sealed, err = seal(under, vaultKey, w.aad(d))
	return err
}

// p256Key is the key that both sides reach: mine with their public key.
func p256Key(mine *ecdh.PrivateKey, theirs *ecdh.PublicKey, w *wrap, d *document, to *ecdh.PublicKey) (*Key, error) {
	shared, err := mine.ECDH(theirs)
	if err != nil {
		return nil, errSeal
	}
	defer wipe(shared)
	info := newSequence("vitrine key file 1: p256").text(d.Vault).text(w.ID).bytes(w.Ephemeral).bytes(to.Bytes())
	return derive(shared, w.Salt, info)
}

// sealEscrow fills w for its recipient; w.Recipient is set.
func (w *wrap) sealEscrow(d *document, vaultKey *Key) error {
	r, err := parseRecipient(w.Recipient)
	if err != nil {
		return err
	}
	w.Kind, w.Renew, w.Method, w.Recipient = KindEscrow, false, r.method(), r.String()
	return r.seal(w, d, vaultKey)
}

// identities are what an identity file holds: age's, or one P-256 key.
type identities struct {
	age  []age.Identity
	p256 *ecdh.PrivateKey
}

// parseIdentities reads an age identity file, or a P-256 private key in PEM as
// OpenSSL writes it. The errors below quote the file, so they are dropped.
func parseIdentities(file []byte) (identities, error) {
	bad := invalid("escrow-identity", "This is not an escrow identity that Vitrine can use.",
		"Give the age identity file (AGE-SECRET-KEY-1…), or the unencrypted PEM of a P-256 private key.")
	if len(file) > maxIdentity {
		return identities{}, bad
	}
	for rest := file; ; {
		block, after := pem.Decode(rest)
		if block == nil {
			break
		}
		if key, err := p256Private(block); err == nil {
			return identities{p256: key}, nil
		}
		rest = after // openssl writes EC PARAMETERS in front
	}
	found, err := age.ParseIdentities(bytes.NewReader(file))
	if err != nil {
		return identities{}, bad
	}
	return identities{age: found}, nil
}

func p256Private(block *pem.Block) (*ecdh.PrivateKey, error) {
	defer wipe(block.Bytes)
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || ec.Curve != elliptic.P256() {
		return nil, errors.New("keys: not a P-256 private key")
	}
	return ec.ECDH()
}

// openEscrow gives the vault key; errSeal where the identity is another's.
func (w *wrap) openEscrow(d *document, who identities) (*Key, error) {
	switch {
	case w.Method == methodAge && len(who.age) > 0:
		return w.openAge(d, who.age)
	case w.Method == methodP256 && who.p256 != nil:
		from, err := ecdh.P256().NewPublicKey(w.Ephemeral)
		if err != nil {
			return nil, errSeal
		}
		under, err := p256Key(who.p256, from, w, d, who.p256.PublicKey())
		if err != nil {
			return nil, err
		}
		defer under.Destroy()
		return unseal(under, w.Sealed, w.aad(d))
	}
	return nil, errSeal
}

func (w *wrap) openAge(d *document, who []age.Identity) (*Key, error) {
	in, err := age.Decrypt(bytes.NewReader(w.Sealed), who...)
	if err != nil {
		return nil, errSeal
	}
	plain, err := io.ReadAll(io.LimitReader(in, maxAge))
	defer wipe(plain)
	bound := sha512.Sum512(w.aad(d))
	if err != nil || len(plain) != len(bound)+KeySize || subtle.ConstantTimeCompare(plain[:len(bound)], bound[:]) != 1 {
		return nil, errSeal
	}
	return KeyFrom(plain[len(bound):])
}

// UnlockEscrow opens the vault with the identity file of an escrow: age's, or a
// P-256 private key in PEM. The file's bytes stay the caller's to wipe. Age's
// reader leaves a copy of the vault key on the heap until the collector reuses it,
// so after an escrow was used the program is better ended than only locked.
//
// Problems: "escrow-identity", "escrow-wrong", "wrap-absent", "vault-keys-edited".
func (f *File) UnlockEscrow(identity []byte) (*Ring, error) {
	who, err := parseIdentities(identity)
	if err != nil {
		return nil, err
	}
	wraps, err := f.openable(KindEscrow, "an escrow identity")
	if err != nil {
		return nil, err
	}
	for _, w := range wraps {
		key, err := w.openEscrow(&f.doc, who)
		if err == nil {
			return f.ring(key)
		}
		if !errors.Is(err, errSeal) {
			return nil, err
		}
	}
	return nil, problem.New(problem.Forbidden, "escrow-wrong", "This identity is not one that the vault's key was handed to.").
		Try("Compare the public key of the identity with the recipients listed under Security.")
}

// GenerateEscrow makes a key pair for an escrow officer: a recipient for AddEscrow
// and the text of the identity file, which must be kept away from the vault. It
// is age's in the standard profile, P-256 in PEM in the FIPS profile.
func GenerateEscrow(p Profile) (public string, identity []byte, err error) {
	if p != FIPS {
		pair, err := age.GenerateX25519Identity()
		if err != nil {
			return "", nil, err
		}
		text := "# public key: " + pair.Recipient().String() + "\n" + pair.String() + "\n"
		return pair.Recipient().String(), []byte(text), nil
	}
	pair, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return "", nil, err
	}
	defer wipe(der)
	return p256Recipient{pair.PublicKey()}.String(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

package keys

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind says what opens a wrap.
type Kind string

const (
	KindPassphrase    Kind = "passphrase"
	KindRecovery      Kind = "recovery"
	KindEscrow        Kind = "escrow"
	KindDemonstration Kind = "demonstration"
)

// Words for the field `device`.
const (
	deviceKeychain = "keychain"
	deviceNone     = "none"
)

// Wrap describes one way to open a vault, without anything that opens it.
type Wrap struct {
	ID        string `json:"id"`
	Kind      Kind   `json:"kind" doc:"passphrase, recovery, escrow or demonstration"`
	Label     string `json:"label"`
	CreatedAt string `json:"created_at" doc:"RFC 3339, UTC"`
	Keychain  bool   `json:"keychain" doc:"A passphrase that also needs the key in this computer's keychain"`
	Confirmed bool   `json:"confirmed" doc:"A recovery code that was typed back once"`
	Renew     bool   `json:"renew" doc:"The vault's key was rotated without this; it opens nothing until it is renewed"`
	Recipient string `json:"recipient,omitempty" doc:"Whose escrow it is: a public key"`
	Cost      *Cost  `json:"cost,omitempty"`
}

// wrap is the stored form, field by field as in FORMAT.md and in its order.
type wrap struct {
	ID          string `json:"id"`
	Kind        Kind   `json:"kind"`
	Label       string `json:"label"`
	CreatedAt   string `json:"created_at"`
	Confirmed   bool   `json:"confirmed,omitempty"`
	Renew       bool   `json:"renew,omitempty"`
	KDF         *Cost  `json:"kdf,omitempty"`
	Salt        []byte `json:"salt,omitempty"`
	Device      string `json:"device,omitempty"`
	DeviceCheck []byte `json:"device_check,omitempty"`
	Method      string `json:"method,omitempty"`
	Recipient   string `json:"recipient,omitempty"`
	Ephemeral   []byte `json:"ephemeral,omitempty"`
	Sealed      []byte `json:"sealed,omitempty"`
}

func (w *wrap) describe() Wrap {
	d := Wrap{
		ID: w.ID, Kind: w.Kind, Label: w.Label, CreatedAt: w.CreatedAt, Keychain: w.Device == deviceKeychain,
		Confirmed: w.Confirmed, Renew: w.Renew, Recipient: w.Recipient,
	}
	if w.KDF != nil {
		c := *w.KDF
		d.Cost = &c
	}
	return d
}

// opens reports whether the wrap opens the present vault key.
func (w *wrap) opens() bool { return !w.Renew }

// personal reports whether a person, not an institution, holds what opens it.
func (w *wrap) personal() bool { return w.Kind != KindEscrow }

// forget takes everything that opened an earlier vault key out of the wrap and
// marks it as to be renewed.
func (w *wrap) forget() {
	*w = wrap{
		ID: w.ID, Kind: w.Kind, Label: w.Label, CreatedAt: w.CreatedAt, Renew: true,
		Method: w.Method, Recipient: w.Recipient,
	}
}

// aad is what the seal of a wrap is bound to: the vault, its settings, and all
// that decides how the wrap is opened. Label and confirmation can change later
// without the secret; the MAC covers them.
func (w *wrap) aad(d *document) sequence {
	s := newSequence("vitrine key file 1: wrap").
		number(uint64(d.Version)).text(d.Vault).text(string(d.Profile)).flag(d.Demonstration).number(uint64(d.Epoch)).
		text(w.ID).text(string(w.Kind)).text(w.CreatedAt)
	return w.opening(s)
}

// opening appends the fields that say how the wrap is opened.
func (w *wrap) opening(s sequence) sequence {
	var c Cost
	if w.KDF != nil {
		c = *w.KDF
	}
	return s.text(c.Name).number(uint64(c.MemoryKiB)).number(uint64(c.Passes)).number(uint64(c.Lanes)).
		number(uint64(c.Iterations)).bytes(w.Salt).text(w.Device).bytes(w.DeviceCheck).
		text(w.Method).text(w.Recipient).bytes(w.Ephemeral)
}

// whole is everything in the wrap, for the MAC.
func (w *wrap) whole() sequence {
	s := newSequence("wrap").text(w.ID).text(string(w.Kind)).text(w.Label).text(w.CreatedAt).flag(w.Confirmed).flag(w.Renew)
	return w.opening(s).bytes(w.Sealed)
}

// fault reports what is wrong with a wrap as stored, "" for nothing.
func (w *wrap) fault(d *document, b bounds) string {
	switch {
	case !isHex(w.ID, 8), !plain(w.Label, 100), !isTime(w.CreatedAt):
		return "The name, label or date of a wrap is not as Vitrine writes it."
	case (w.Kind == KindDemonstration) != d.Demonstration:
		return "Only a demonstration vault has its key beside it, and nothing else opens one."
	case w.Confirmed && (w.Kind != KindRecovery || w.Renew):
		return "A wrap is confirmed that cannot be."
	}
	if w.Renew {
		stripped := *w
		stripped.forget()
		if string(stripped.whole()) != string(w.whole()) {
			return "A wrap that is to be renewed holds more than it should."
		}
		return w.methodFault(d)
	}
	return w.sealFault(d, b)
}

// sealFault checks the fields that a wrap of its kind must have, and must not.
func (w *wrap) sealFault(d *document, b bounds) string {
	const shape = "A wrap lacks something, or has something of another kind."
	salted := len(w.Salt) == saltSize && len(w.Sealed) == sealedSize
	stretched := w.KDF != nil || w.Device != "" || w.DeviceCheck != nil
	addressed := w.Method != "" || w.Recipient != "" || w.Ephemeral != nil
	switch w.Kind {
	case KindPassphrase:
		if !salted || addressed || w.KDF == nil || !w.deviceFieldsAgree() {
			return shape
		}
		if d.Profile == FIPS && w.KDF.Name != pbkdf2512 || d.Profile != FIPS && w.KDF.Name != argon2id {
			return "A passphrase is stretched in a way that does not belong to the vault's profile."
		}
		return b.allow(*w.KDF)
	case KindRecovery, KindDemonstration:
		if !salted || stretched || addressed {
			return shape
		}
		return ""
	case KindEscrow:
		p256 := w.Method == methodP256 && salted && len(w.Ephemeral) == p256PointSize
		age := w.Method == methodAge && w.Salt == nil && w.Ephemeral == nil && len(w.Sealed) > 0 && len(w.Sealed) <= maxAge
		if stretched || !p256 && !age {
			return shape
		}
		return w.methodFault(d)
	}
	return "A wrap is of a kind that Vitrine does not know."
}

func (w *wrap) deviceFieldsAgree() bool {
	return w.Device == deviceNone && w.DeviceCheck == nil || w.Device == deviceKeychain && len(w.DeviceCheck) == checkSize
}

// methodFault checks an escrow's method and recipient, also of one to be renewed.
func (w *wrap) methodFault(d *document) string {
	switch w.Kind {
	case KindPassphrase, KindRecovery, KindDemonstration:
		if w.Method != "" || w.Recipient != "" {
			return "A wrap has a recipient that its kind does not have."
		}
		return ""
	case KindEscrow:
		r, err := parseRecipient(w.Recipient)
		if err != nil || r.method() != w.Method || r.String() != w.Recipient {
			return "The recipient of an escrow is not one."
		}
		if d.Profile == FIPS && w.Method != methodP256 {
			return "An escrow does not belong to the vault's profile."
		}
		return ""
	}
	return "A wrap is of a kind that Vitrine does not know."
}

// isHex reports whether s is n bytes in lower-case hexadecimal.
func isHex(s string, n int) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == n && strings.ToLower(s) == s
}

// isTime reports whether s is spelt as Vitrine spells times here.
func isTime(s string) bool {
	t, err := time.Parse(time.RFC3339, s)
	return err == nil && stamp(t) == s
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// plain reports whether every JSON writer spells s alike.
func plain(s string, limit int) bool {
	return utf8.ValidString(s) && len(s) <= 4*limit && utf8.RuneCountInString(s) <= limit &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return !unicode.IsGraphic(r) || strings.ContainsRune("\"\\<>&\u2028\u2029\ufffd", r)
		})
}

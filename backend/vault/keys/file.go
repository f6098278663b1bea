package keys

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Profile says which primitives a vault may use; chosen at creation.
type Profile string

const (
	Standard Profile = "standard" // Argon2id; escrow to age or P-256
	FIPS     Profile = "fips"     // approved primitives only: PBKDF2-HMAC-SHA-512, P-256, AES-GCM, HKDF
)

const (
	formatVersion = 1
	// MaxFileBytes is more than any key part has.
	MaxFileBytes = 128 << 10

	maxWraps       = 32
	maxPassphrases = 8
	maxPrevious    = 8
	maxFacts       = 32
	maxFactName    = 64
	maxFactValue   = 1024 // bytes
)

// File is the key part of a vault.json, read and found well formed. It never
// changes; operations give a new one. That it is authentic is known once it was
// unlocked. MarshalJSON and Parse are its stored form.
type File struct {
	doc    document
	bounds bounds
}

// document is the stored form, field by field as in FORMAT.md and in its order.
type document struct {
	Version       int               `json:"version"`
	Vault         string            `json:"vault"`
	Profile       Profile           `json:"profile"`
	Demonstration bool              `json:"demonstration"`
	Generation    uint64            `json:"generation"`
	Epoch         uint32            `json:"epoch"`
	Facts         map[string]string `json:"facts,omitempty"`
	Wraps         []wrap            `json:"wraps"`
	Previous      []previous        `json:"previous,omitempty"`
	MAC           []byte            `json:"mac"`
	Digest        []byte            `json:"digest"`
}

// previous is an earlier vault key, sealed by the present one.
type previous struct {
	Epoch  uint32 `json:"epoch"`
	Sealed []byte `json:"sealed"`
}

// Parse reads a key part. Problems: "vault-newer"; "vault-keys-damaged" where it
// is not byte for byte what Vitrine writes (white space aside), or asks for a cost
// outside the limits.
func Parse(data []byte) (*File, error) { return parse(data, production) }

func parse(data []byte, b bounds) (*File, error) {
	var head struct {
		Version *int `json:"version"`
	}
	if len(data) > MaxFileBytes {
		return nil, damaged("They are longer than any that Vitrine writes.")
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Version == nil || *head.Version < 1 {
		return nil, damaged("They are not the JSON that Vitrine wrote.")
	}
	if *head.Version > formatVersion {
		return nil, newer()
	}
	f := &File{bounds: b}
	if err := decodeOnlySpelling(data, &f.doc); err != nil {
		return nil, err
	}
	if what := f.doc.fault(b); what != "" {
		return nil, damaged(what)
	}
	if !bytes.Equal(f.doc.digest(), f.doc.Digest) {
		return nil, damaged("They do not add up: something in them changed.")
	}
	return f, nil
}

// decodeOnlySpelling accepts the one way Vitrine writes a document. So a field
// twice, an unknown one or another spelling of a value cannot be smuggled past
// the MAC, which is over the values.
func decodeOnlySpelling(data []byte, doc *document) error {
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(doc); err != nil {
		return damaged("A field is unknown or of the wrong type.")
	}
	if _, err := in.Token(); err != io.EOF {
		return damaged("Something follows them.")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return damaged("They are not JSON.")
	}
	again, err := json.Marshal(doc)
	if err != nil || !bytes.Equal(again, compact.Bytes()) {
		return damaged("They are not spelt as Vitrine spells them.")
	}
	return nil
}

// fault reports what is wrong with a document, "" for nothing.
func (d *document) fault(b bounds) string {
	switch {
	case !isHex(d.Vault, 16):
		return "The vault's name is not one."
	case d.Profile != Standard && d.Profile != FIPS:
		return "The profile is not one that Vitrine knows."
	case d.Generation < 1 || d.Epoch < 1:
		return "Their counters are not set."
	case len(d.Wraps) < 1 || len(d.Wraps) > maxWraps || d.Demonstration && len(d.Wraps) != 1:
		return "They have too few or too many wraps."
	case len(d.MAC) != macSize || len(d.Digest) != macSize:
		return "Their authentication is missing."
	}
	if what := d.wrapsFault(b); what != "" {
		return what
	}
	if what := d.previousFault(); what != "" {
		return what
	}
	return d.factsFault()
}

func (d *document) wrapsFault(b bounds) string {
	seen := map[string]bool{}
	passphrases, open := 0, 0
	for i := range d.Wraps {
		w := &d.Wraps[i]
		if what := w.fault(d, b); what != "" {
			return what
		}
		if seen[w.ID] {
			return "Two wraps have one name."
		}
		seen[w.ID] = true
		if w.Kind == KindPassphrase {
			passphrases++
		}
		if w.opens() && w.personal() {
			open++
		}
	}
	if passphrases > maxPassphrases || open == 0 {
		return "They have too many passphrases, or nothing that a person holds."
	}
	return ""
}

func (d *document) previousFault() string {
	last := uint32(0)
	for _, p := range d.Previous {
		if p.Epoch <= last || p.Epoch >= d.Epoch || len(p.Sealed) != sealedSize {
			return "An earlier key is out of order."
		}
		last = p.Epoch
	}
	if len(d.Previous) > maxPrevious {
		return "They hold too many earlier keys."
	}
	return ""
}

func (d *document) factsFault() string {
	if len(d.Facts) > maxFacts {
		return "They hold too many facts."
	}
	for name, value := range d.Facts {
		if !factFits(name, value) {
			return "A fact is not spelt as Vitrine spells them."
		}
	}
	return ""
}

func factFits(name, value string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return name != "" && len(name) <= maxFactName && len(value) <= maxFactValue && plain(value, maxFactValue)
}

// clone copies everything that an operation may change.
func (d *document) clone() document {
	c := *d
	c.Facts = maps.Clone(d.Facts)
	c.Wraps = slices.Clone(d.Wraps)
	c.Previous = slices.Clone(d.Previous)
	return c
}

// find gives the wrap of an id.
func (d *document) find(id string) (*wrap, error) {
	for i := range d.Wraps {
		if d.Wraps[i].ID == id {
			return &d.Wraps[i], nil
		}
	}
	return nil, unknownWrap(id)
}

// MarshalJSON gives the stored form, to be put into vault.json as it is.
func (f *File) MarshalJSON() ([]byte, error) { return json.Marshal(&f.doc) }

// Vault is the id of the vault that the keys belong to; the caller compares it
// with the id in the rest of vault.json.
func (f *File) Vault() string { return f.doc.Vault }

// Profile says which primitives are used.
func (f *File) Profile() Profile { return f.doc.Profile }

// Demonstration reports a vault whose key lies beside it.
func (f *File) Demonstration() bool { return f.doc.Demonstration }

// Generation rises by one with every change. Kept elsewhere too, it tells an
// older copy of the file that was put back.
func (f *File) Generation() uint64 { return f.doc.Generation }

// Epoch is the number of the vault key; rotation raises it.
func (f *File) Epoch() uint32 { return f.doc.Epoch }

// Previous counts the earlier vault keys that are still kept (see Rotate).
func (f *File) Previous() int { return len(f.doc.Previous) }

// Wraps lists the ways to open the vault.
func (f *File) Wraps() []Wrap {
	out := make([]Wrap, len(f.doc.Wraps))
	for i := range f.doc.Wraps {
		out[i] = f.doc.Wraps[i].describe()
	}
	return out
}

// Fact gives a text that SetFact put in. Believe it once the file was unlocked.
func (f *File) Fact(name string) (string, bool) {
	value, ok := f.doc.Facts[name]
	return value, ok
}

// SetFact has the keys authenticate a text for the vault: its date, a counter,
// the sealed key of core.db. An empty value takes the fact out.
func (f *File) SetFact(r *Ring, name, value string) (*File, error) {
	if !factFits(name, value) {
		return nil, fmt.Errorf("keys: fact %q cannot be kept as it is spelt", name)
	}
	return f.change(r, func(d *document) error {
		if value == "" {
			delete(d.Facts, name)
			return nil
		}
		if d.Facts == nil {
			d.Facts = map[string]string{}
		}
		d.Facts[name] = value
		return nil
	})
}

package catalog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Fingerprint is the hex SHA-256 of what analyses depend on: tables, populations,
// keys, columns, types, units, nullability and value sets with their labels (a
// label says what a code means). Titles, descriptions, files, row counts and the
// version do not enter: two releases with one fingerprint answer the same
// questions.
func (d *Dataset) Fingerprint() string {
	h := canon{sha256.New()}
	h.text("vitrine schema 1")
	h.text(string(d.ID))
	h.count(len(d.Tables))
	for i := range d.Tables {
		h.table(&d.Tables[i])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// canon feeds a hash values with their lengths, so that no two schemas share a
// byte sequence.
type canon struct{ hash.Hash }

func (h canon) count(n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

func (h canon) text(s string) {
	h.count(len(s))
	h.Write([]byte(s))
}

func (h canon) table(t *Table) {
	for _, s := range []string{string(t.ID), string(t.Population), t.Participant, t.Order} {
		h.text(s)
	}
	h.count(len(t.Fields))
	for i := range t.Fields {
		h.field(&t.Fields[i])
	}
}

func (h canon) field(f *Field) {
	nullable := 0
	if f.Nullable {
		nullable = 1
	}
	h.text(f.Column)
	h.text(string(f.Type))
	h.text(f.Unit)
	h.count(nullable)
	h.count(len(f.Levels))
	for _, l := range f.Levels {
		h.text(l.Code)
		h.text(l.Label)
	}
}

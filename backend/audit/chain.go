package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

const hashPrefix = "vitrine-audit-1\n"

// chain computes the hash of a record that follows previous; see FORMAT.md.
func (r *record) chain(previous []byte) []byte {
	data := make([]byte, 0, 256+len(r.details))
	data = append(data, hashPrefix...)
	data = append(data, previous...)
	for _, text := range []string{strconv.FormatInt(r.seq, 10), r.at, r.actor, r.door, r.action, r.resource, r.outcome, r.details} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(text)))
		data = append(data, text...)
	}
	sum := sha256.Sum256(data)
	return sum[:]
}

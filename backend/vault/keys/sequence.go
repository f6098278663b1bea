package keys

import "encoding/binary"

// sequence is the unambiguous string of bytes that MACs and seals are made over:
// each item with its length in front, so that no two lists of items give the
// same bytes. The first item names the use.
type sequence []byte

func newSequence(use string) sequence { return sequence(nil).text(use) }

func (s sequence) bytes(b []byte) sequence {
	s = binary.BigEndian.AppendUint32(s, uint32(len(b)))
	return append(s, b...)
}

func (s sequence) text(t string) sequence { return s.bytes([]byte(t)) }

func (s sequence) number(n uint64) sequence {
	return s.bytes(binary.BigEndian.AppendUint64(nil, n))
}

func (s sequence) flag(f bool) sequence {
	if f {
		return s.number(1)
	}
	return s.number(0)
}

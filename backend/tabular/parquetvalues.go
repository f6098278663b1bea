package tabular

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is how version 1 writers name dictionary pages and their indexes.
const plainDictionary format.Encoding = 2

// errRange is a stored value that the descriptor's type cannot hold exactly.
var errRange = errors.New("a value is too large for its type")

// source yields a page's values (missing ones take no room) as they are consumed.
type source interface {
	// read appends the next n values to dst.
	read(dst *raw, n int) error
}

// newSource opens the values of a data page. limit is the page's value count.
func newSource(encoding format.Encoding, physical format.Type, data []byte, dictionary *raw, limit int) (source, error) {
	switch encoding {
	case plainDictionary, format.RLEDictionary:
		return newDictionarySource(data, dictionary)
	case format.Plain:
		return newPlain(physical, data)
	case format.RLE:
		return newBooleanRuns(physical, data)
	case format.DeltaBinaryPacked:
		return newDeltaInts(physical, data, limit)
	case format.DeltaLengthByteArray:
		return newDeltaTexts(physical, data, limit, false)
	case format.DeltaByteArray:
		return newDeltaTexts(physical, data, limit, true)
	case format.ByteStreamSplit:
		return newSplit(physical, data)
	}
	return nil, errDamaged
}

// dictionarySource looks values up in the column chunk's dictionary.
type dictionarySource struct {
	codes      *hybrid
	dictionary *raw
	scratch    []uint32
}

func newDictionarySource(data []byte, dictionary *raw) (source, error) {
	if dictionary == nil || len(data) == 0 {
		return nil, errDamaged
	}
	codes, err := newHybrid(data[1:], uint(data[0]))
	return &dictionarySource{codes: codes, dictionary: dictionary}, err
}

func (s *dictionarySource) read(dst *raw, n int) error {
	s.scratch = slices.Grow(s.scratch[:0], n)[:n]
	if err := s.codes.read(s.scratch); err != nil {
		return err
	}
	var ok [3]bool
	dst.ints, ok[0] = gather(dst.ints, s.dictionary.ints, s.scratch)
	dst.floats, ok[1] = gather(dst.floats, s.dictionary.floats, s.scratch)
	dst.texts, ok[2] = gather(dst.texts, s.dictionary.texts, s.scratch)
	if n > 0 && ok == [3]bool{} {
		return errDamaged
	}
	return nil
}

// gather appends dictionary[code] for each code; false where a code is outside.
func gather[T any](dst, dictionary []T, codes []uint32) ([]T, bool) {
	if len(dictionary) == 0 {
		return dst, false
	}
	for _, c := range codes {
		if int(c) >= len(dictionary) {
			return dst, false
		}
		dst = append(dst, dictionary[c])
	}
	return dst, true
}

// plain reads values stored one after another.
type plain struct {
	physical format.Type
	data     []byte
	bit      int // for booleans
}

func newPlain(physical format.Type, data []byte) (source, error) {
	return &plain{physical: physical, data: data}, nil
}

func (p *plain) read(dst *raw, n int) error {
	switch p.physical {
	case format.Boolean:
		return p.booleans(dst, n)
	case format.ByteArray:
		return p.texts(dst, n)
	}
	width := fixedWidth(p.physical)
	if width == 0 || n*width > len(p.data) {
		return errDamaged
	}
	fixed(dst, p.physical, p.data[:n*width], width)
	p.data = p.data[n*width:]
	return nil
}

func fixedWidth(physical format.Type) int {
	switch physical {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	}
	return 0
}

// fixed decodes little-endian numbers.
func fixed(dst *raw, physical format.Type, data []byte, width int) {
	for ; len(data) > 0; data = data[width:] {
		switch physical {
		case format.Int32:
			dst.ints = append(dst.ints, int64(int32(binary.LittleEndian.Uint32(data))))
		case format.Int64:
			dst.ints = append(dst.ints, int64(binary.LittleEndian.Uint64(data)))
		case format.Float:
			dst.floats = append(dst.floats, float64(math.Float32frombits(binary.LittleEndian.Uint32(data))))
		case format.Double:
			dst.floats = append(dst.floats, math.Float64frombits(binary.LittleEndian.Uint64(data)))
		}
	}
}

func (p *plain) booleans(dst *raw, n int) error {
	if p.bit+n > len(p.data)*8 {
		return errDamaged
	}
	for range n {
		dst.ints = append(dst.ints, int64(p.data[p.bit>>3]>>(p.bit&7)&1))
		p.bit++
	}
	return nil
}

func (p *plain) texts(dst *raw, n int) error {
	for range n {
		if len(p.data) < 4 {
			return errDamaged
		}
		size := binary.LittleEndian.Uint32(p.data)
		if uint64(size) > uint64(len(p.data)-4) {
			return errDamaged
		}
		dst.texts = append(dst.texts, string(p.data[4:4+size]))
		p.data = p.data[4+size:]
	}
	return nil
}

// booleanRuns reads booleans in the hybrid encoding, behind their length.
type booleanRuns struct {
	runs    *hybrid
	scratch []uint32
}

func newBooleanRuns(physical format.Type, data []byte) (source, error) {
	if physical != format.Boolean {
		return nil, errDamaged
	}
	runs, _, err := prefixed(data, 1)
	return &booleanRuns{runs: runs}, err
}

func (b *booleanRuns) read(dst *raw, n int) error {
	b.scratch = slices.Grow(b.scratch[:0], n)[:n]
	if err := b.runs.read(b.scratch); err != nil {
		return err
	}
	for _, v := range b.scratch {
		dst.ints = append(dst.ints, int64(v))
	}
	return nil
}

// prefixed opens a hybrid stream behind its four-byte length and gives the rest.
func prefixed(data []byte, width uint) (*hybrid, []byte, error) {
	if len(data) < 4 {
		return nil, nil, errDamaged
	}
	size := binary.LittleEndian.Uint32(data)
	if uint64(size) > uint64(len(data)-4) {
		return nil, nil, errDamaged
	}
	h, err := newHybrid(data[4:4+size], width)
	return h, data[4+size:], err
}

type deltaInts struct {
	values *delta
	narrow bool // int32: differences wrap at 32 bits
}

func newDeltaInts(physical format.Type, data []byte, limit int) (source, error) {
	if physical != format.Int32 && physical != format.Int64 {
		return nil, errDamaged
	}
	values, err := newDelta(data, limit)
	return &deltaInts{values, physical == format.Int32}, err
}

func (d *deltaInts) read(dst *raw, n int) (err error) {
	from := len(dst.ints)
	dst.ints, err = d.values.read(dst.ints, n)
	if d.narrow {
		for i, v := range dst.ints[from:] {
			dst.ints[from+i] = int64(int32(v))
		}
	}
	return err
}

// deltaTexts reads texts whose lengths, and shared beginnings where prefixes is
// given, stand before them.
type deltaTexts struct {
	lengths  []int64
	prefixes []int64 // nil in DELTA_LENGTH_BYTE_ARRAY
	data     []byte
	last     string
	made     int // bytes of text so far; shared beginnings can be told again and again
}

func newDeltaTexts(physical format.Type, data []byte, limit int, front bool) (source, error) {
	if physical != format.ByteArray {
		return nil, errDamaged
	}
	d := &deltaTexts{data: data}
	var err error
	if front {
		if d.prefixes, d.data, err = allDeltas(d.data, limit); err != nil {
			return nil, err
		}
	}
	d.lengths, d.data, err = allDeltas(d.data, limit)
	if err == nil && front && len(d.prefixes) != len(d.lengths) {
		err = errDamaged
	}
	return d, err
}

// allDeltas reads a whole stream of lengths. A stream takes at least a byte per
// block, so that what it claims is bounded by what is there.
func allDeltas(data []byte, limit int) (lengths []int64, rest []byte, err error) {
	d, err := newDelta(data, limit)
	if err != nil {
		return nil, nil, err
	}
	if d.left > (len(data)+1)*d.perMini*d.minis {
		return nil, nil, errDamaged
	}
	lengths, err = d.read(nil, d.left)
	return lengths, d.rest(), err
}

func (d *deltaTexts) read(dst *raw, n int) error {
	if n > len(d.lengths) {
		return errDamaged
	}
	for i := range n {
		if d.lengths[i] < 0 || d.lengths[i] > int64(len(d.data)) {
			return errDamaged
		}
		prefix := ""
		if d.prefixes != nil {
			if d.prefixes[i] < 0 || d.prefixes[i] > int64(len(d.last)) {
				return errDamaged
			}
			prefix = d.last[:d.prefixes[i]]
		}
		d.last = prefix + string(d.data[:d.lengths[i]])
		d.data = d.data[d.lengths[i]:]
		if d.made += len(d.last); d.made > maxPageBytes {
			return errTooLarge
		}
		dst.texts = append(dst.texts, d.last)
	}
	d.lengths = d.lengths[n:]
	if d.prefixes != nil {
		d.prefixes = d.prefixes[n:]
	}
	return nil
}

// split reads BYTE_STREAM_SPLIT: all first bytes, then all second bytes, …
type split struct {
	physical format.Type
	data     []byte
	width    int
	at       int
}

func newSplit(physical format.Type, data []byte) (source, error) {
	width := fixedWidth(physical)
	if width == 0 || len(data)%width != 0 {
		return nil, errDamaged
	}
	return &split{physical: physical, data: data, width: width}, nil
}

func (s *split) read(dst *raw, n int) error {
	count := len(s.data) / s.width
	if n > count-s.at {
		return errDamaged
	}
	var b [8]byte
	for range n {
		for j := range s.width {
			b[j] = s.data[j*count+s.at]
		}
		fixed(dst, s.physical, b[:s.width], s.width)
		s.at++
	}
	return nil
}

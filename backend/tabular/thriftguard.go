package tabular

import (
	"encoding/binary"
	"errors"
)

// Parquet's metadata is Thrift in its compact protocol. The decoder takes memory
// for a list or text as soon as it has read its length, so a forged length costs
// gigabytes. guard walks the bytes first and takes no memory at all.

const (
	maxThriftDepth    = 32
	maxThriftElements = 1 << 20 // list items in one footer: 3,000 columns by 40 row groups
)

var (
	errThrift      = errors.New("metadata has a length that does not fit")
	errThriftShort = errors.New("metadata ends in the middle")
)

// guard checks one Thrift struct at the start of data and returns its length.
func guard(data []byte) (int, error) {
	g := thriftGuard{data: data, elements: maxThriftElements}
	err := g.structure(0)
	return g.pos, err
}

type thriftGuard struct {
	data     []byte
	pos      int
	elements int
}

func (g *thriftGuard) structure(depth int) error {
	if depth > maxThriftDepth {
		return errThrift
	}
	for {
		head, err := g.byte()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 { // the field id follows in full
			if _, err := g.uvarint(); err != nil {
				return err
			}
		}
		if kind := head & 0xf; kind != 1 && kind != 2 { // a field's boolean is in its head
			if err := g.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
}

func (g *thriftGuard) value(kind byte, depth int) error {
	switch kind {
	case 1, 2, 3:
		return g.skip(1)
	case 4, 5, 6:
		_, err := g.uvarint()
		return err
	case 7:
		return g.skip(8)
	case 8:
		n, err := g.uvarint()
		if err != nil {
			return err
		}
		return g.skip(n)
	case 9, 10:
		return g.list(depth)
	case 12:
		return g.structure(depth)
	}
	return errThrift // maps are not used by Parquet
}

func (g *thriftGuard) list(depth int) error {
	head, err := g.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = g.uvarint(); err != nil {
			return err
		}
	}
	if n > uint64(len(g.data)-g.pos) || n > uint64(g.elements) {
		return errThrift
	}
	g.elements -= int(n)
	for range n {
		if err := g.value(head&0xf, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (g *thriftGuard) byte() (byte, error) {
	if g.pos >= len(g.data) {
		return 0, errThriftShort
	}
	g.pos++
	return g.data[g.pos-1], nil
}

func (g *thriftGuard) uvarint() (uint64, error) {
	v, n := binary.Uvarint(g.data[g.pos:])
	if n == 0 {
		return 0, errThriftShort
	}
	if n < 0 {
		return 0, errThrift
	}
	g.pos += n
	return v, nil
}

func (g *thriftGuard) skip(n uint64) error {
	if n > uint64(len(g.data)-g.pos) {
		return errThriftShort
	}
	g.pos += int(n)
	return nil
}

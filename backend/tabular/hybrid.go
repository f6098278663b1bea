package tabular

import (
	"encoding/binary"
	"errors"
	"math"
)

var errDamaged = errors.New("page data is damaged")

// hybrid reads Parquet's run-length/bit-packed hybrid encoding as it is consumed.
// A forged run length costs nothing: only what is asked for is written.
type hybrid struct {
	data  []byte
	width uint // bits of a value, 0 to 32
	run   int  // values left of the present run
	same  uint32
	bits  []byte // the present run when bit-packed, nil when repeated
	bit   uint   // position in bits
}

func newHybrid(data []byte, width uint) (*hybrid, error) {
	if width > 32 {
		return nil, errDamaged
	}
	return &hybrid{data: data, width: width}, nil
}

// read fills dst with the next values.
func (h *hybrid) read(dst []uint32) error {
	for len(dst) > 0 {
		if h.run == 0 {
			if err := h.next(); err != nil {
				return err
			}
		}
		n := min(h.run, len(dst))
		if h.bits == nil {
			for i := range dst[:n] {
				dst[i] = h.same
			}
		} else {
			h.unpack(dst[:n])
		}
		h.run -= n
		dst = dst[n:]
	}
	return nil
}

// next starts the following run.
func (h *hybrid) next() error {
	if h.width == 0 && len(h.data) == 0 { // some writers store nothing for a dictionary of one
		h.same, h.bits, h.run = 0, nil, math.MaxInt
		return nil
	}
	header, n := binary.Uvarint(h.data)
	if n <= 0 || header>>1 == 0 || header>>1 > 1<<40 {
		return errDamaged
	}
	h.data = h.data[n:]
	count := int(header >> 1)
	if header&1 == 0 {
		return h.repeated(count)
	}
	size := min(count*int(h.width), len(h.data)) // writers may leave out the padding of the last group
	h.bits, h.bit = h.data[:size:size], 0
	h.data = h.data[size:]
	h.run = count * 8
	if h.width > 0 {
		h.run = min(h.run, size*8/int(h.width))
	}
	if h.run == 0 {
		return errDamaged
	}
	return nil
}

func (h *hybrid) repeated(count int) error {
	size := int(h.width+7) / 8
	if len(h.data) < size {
		return errDamaged
	}
	h.same = 0
	for i := size - 1; i >= 0; i-- {
		h.same = h.same<<8 | uint32(h.data[i])
	}
	if h.width < 32 && h.same>>h.width != 0 {
		return errDamaged
	}
	h.data, h.bits, h.run = h.data[size:], nil, count
	return nil
}

// unpack reads little-endian bit fields.
func (h *hybrid) unpack(dst []uint32) {
	mask := uint64(1)<<h.width - 1
	for i := range dst {
		at := int(h.bit >> 3)
		var word uint64
		if at+8 <= len(h.bits) {
			word = binary.LittleEndian.Uint64(h.bits[at:])
		} else {
			for j, b := range h.bits[at:] {
				word |= uint64(b) << (8 * j)
			}
		}
		dst[i] = uint32(word >> (h.bit & 7) & mask)
		h.bit += h.width
	}
}

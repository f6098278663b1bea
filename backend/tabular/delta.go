package tabular

import (
	"encoding/binary"
)

// delta reads DELTA_BINARY_PACKED integers as they are consumed.
type delta struct {
	data      []byte
	left      int // values not yet read
	value     int64
	first     bool
	perMini   int // values of a miniblock
	minis     int // miniblocks of a block
	mini      int // next miniblock of the block
	widths    []byte
	minDelta  int64
	inMini    int // values left of the present miniblock
	bits      []byte
	bit       uint
	miniWidth uint
}

// newDelta reads the header. The stream may hold at most limit values.
func newDelta(data []byte, limit int) (*delta, error) {
	d := &delta{data: data, first: true}
	block, err1 := d.uvarint()
	minis, err2 := d.uvarint()
	total, err3 := d.uvarint()
	value, n := binary.Varint(d.data)
	if err1 != nil || err2 != nil || err3 != nil || n <= 0 {
		return nil, errDamaged
	}
	d.data = d.data[n:]
	if block == 0 || block > 1<<20 || block%128 != 0 || minis == 0 || minis > block/32 || block%minis != 0 || (block/minis)%32 != 0 || total > uint64(limit) {
		return nil, errDamaged
	}
	d.left, d.value = int(total), value
	d.minis, d.perMini = int(minis), int(block/minis)
	d.mini = d.minis
	return d, nil
}

func (d *delta) uvarint() (uint64, error) {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		return 0, errDamaged
	}
	d.data = d.data[n:]
	return v, nil
}

// read appends the next n values to dst.
func (d *delta) read(dst []int64, n int) ([]int64, error) {
	if n > d.left {
		return dst, errDamaged
	}
	for range n {
		if err := d.step(); err != nil {
			return dst, err
		}
		dst = append(dst, d.value)
	}
	return dst, nil
}

func (d *delta) step() error {
	d.left--
	if d.first {
		d.first = false
		return nil
	}
	if d.inMini == 0 {
		if err := d.nextMini(); err != nil {
			return err
		}
	}
	d.inMini--
	d.value += d.minDelta + int64(d.unpack()) // wraps, as writers do
	return nil
}

func (d *delta) nextMini() error {
	if d.mini == d.minis {
		if err := d.nextBlock(); err != nil {
			return err
		}
	}
	d.miniWidth = uint(d.widths[d.mini])
	d.mini++
	size := int(d.miniWidth) * d.perMini / 8
	if d.miniWidth > 64 || size > len(d.data) {
		return errDamaged
	}
	d.bits, d.bit = d.data[:size], 0
	d.data = d.data[size:]
	d.inMini = d.perMini
	return nil
}

func (d *delta) nextBlock() error {
	minDelta, n := binary.Varint(d.data)
	if n <= 0 || len(d.data)-n < d.minis {
		return errDamaged
	}
	d.minDelta, d.widths, d.data, d.mini = minDelta, d.data[n:n+d.minis], d.data[n+d.minis:], 0
	return nil
}

// unpack reads one field of up to 64 bits.
func (d *delta) unpack() uint64 {
	var v uint64
	for got := uint(0); got < d.miniWidth; {
		b := uint64(d.bits[d.bit>>3]) >> (d.bit & 7)
		take := min(8-d.bit&7, d.miniWidth-got)
		v |= b & (1<<take - 1) << got
		got += take
		d.bit += take
	}
	return v
}

// rest is what follows the stream once every value has been read. Unused
// miniblocks of the last block take no room.
func (d *delta) rest() []byte { return d.data }

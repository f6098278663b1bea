package colstore

import "math/bits"

// Bitmap is a set of small whole numbers, for example the rows of a table or the
// participants of a population: bit i of word i/64. Sets that meet must be made for
// the same n. The zero Bitmap is the empty set of nothing.
type Bitmap []uint64

// NewBitmap is the empty set over 0 … n−1.
func NewBitmap(n int) Bitmap { return make(Bitmap, (n+63)/64) }

// FullBitmap is the set of all of 0 … n−1.
func FullBitmap(n int) Bitmap {
	b := NewBitmap(n)
	b.Not(n)
	return b
}

// Clone is a set of its own with the same members.
func (b Bitmap) Clone() Bitmap { return append(Bitmap(nil), b...) }

// Set adds i.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (i & 63) }

// Clear takes i out.
func (b Bitmap) Clear(i int) { b[i>>6] &^= 1 << (i & 63) }

// Get reports whether i is a member.
func (b Bitmap) Get(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }

// And keeps what is in both.
func (b Bitmap) And(other Bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] &= other[i]
	}
}

// AndNot takes out what is in other.
func (b Bitmap) AndNot(other Bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] &^= other[i]
	}
}

// Or adds what is in other.
func (b Bitmap) Or(other Bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] |= other[i]
	}
}

// Not turns the set into its complement in 0 … n−1, n being what it was made for.
func (b Bitmap) Not(n int) {
	for i := range b {
		b[i] = ^b[i]
	}
	if rest := n & 63; rest != 0 {
		b[len(b)-1] &= 1<<rest - 1
	}
}

// Count is the number of members.
func (b Bitmap) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// AndCount is the number of members that both have.
func (b Bitmap) AndCount(other Bitmap) int {
	n := 0
	other = other[:len(b)]
	for i, w := range b {
		n += bits.OnesCount64(w & other[i])
	}
	return n
}

// Each calls f with every member, ascending.
func (b Bitmap) Each(f func(i int)) {
	for at, w := range b {
		for ; w != 0; w &= w - 1 {
			f(at<<6 + bits.TrailingZeros64(w))
		}
	}
}

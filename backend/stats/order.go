package stats

import (
	"cmp"
	"math"
	"slices"
)

// order returns the values of x ascending and the row each came from. Rows with
// equal values keep their order. A million values take a few passes of a radix
// sort; whole numbers of days leave most of a float's bits alike, and a pass in
// which nothing differs is skipped.
func order(x []float64) (sorted []float64, rows []int32) {
	if len(x) > math.MaxInt32 {
		panic("stats: more than 2,147,483,647 rows")
	}
	if len(x) < radixFrom {
		return orderFew(x)
	}
	return orderMany(x)
}

const (
	radixFrom = 1 << 10 // below this, comparing is quicker than counting digits
	digitBits = 11
	digits    = 6 // 6 x 11 bits cover 64
)

func orderFew(x []float64) ([]float64, []int32) {
	rows := make([]int32, len(x))
	for i := range rows {
		rows[i] = int32(i)
	}
	slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(x[a], x[b]) })
	sorted := make([]float64, len(x))
	for i, row := range rows {
		sorted[i] = x[row]
	}
	return sorted, rows
}

type keyed struct {
	key uint64
	row int32
}

func orderMany(x []float64) ([]float64, []int32) {
	from, to := make([]keyed, len(x)), make([]keyed, len(x))
	var counts [digits][1 << digitBits]int32
	for i, v := range x {
		key := ascending(v)
		from[i] = keyed{key, int32(i)}
		for d := range counts {
			counts[d][digit(key, d)]++
		}
	}
	for d := range counts {
		if counts[d][digit(from[0].key, d)] == int32(len(x)) {
			continue
		}
		scatter(to, from, d, &counts[d])
		from, to = to, from
	}
	sorted, rows := make([]float64, len(x)), make([]int32, len(x))
	for i, k := range from {
		sorted[i], rows[i] = x[k.row], k.row
	}
	return sorted, rows
}

// scatter moves the keys to the place their digit gives them, first come first.
func scatter(to, from []keyed, d int, counts *[1 << digitBits]int32) {
	next := int32(0)
	for i, c := range counts {
		counts[i], next = next, next+c
	}
	for _, k := range from {
		at := &counts[digit(k.key, d)]
		to[*at] = k
		*at++
	}
}

func digit(key uint64, d int) uint64 {
	return key >> (d * digitBits) & (1<<digitBits - 1)
}

// ascending maps a float to an unsigned number of the same order: the sign bit
// is flipped for positive numbers, every bit for negative ones. Adding zero
// first makes -0 the 0 it equals, so that ties stay in their order.
func ascending(v float64) uint64 {
	bits := math.Float64bits(v + 0)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

package inference

import "math"

// missing is a numerical node's rule for values the model calls missing.
type missing uint8

const (
	missingNone missing = iota // NaN is read as 0
	missingZero                // zero and NaN take the default side
	missingNaN                 // NaN takes the default side
)

// zeroThreshold is LightGBM's kZeroThreshold, a float32 constant. Its predict
// hands values within it of zero to the trees as exactly 0.
const zeroThreshold = float64(float32(1e-35))

// node is one split. left and right are node indexes, or ^leaf where negative.
type node struct {
	threshold   float64 // numerical: the value goes left when it is <= threshold
	feature     int32
	left, right int32
	set         int32 // categorical: index into tree.sets, otherwise -1
	missing     missing
	defaultLeft bool
}

// tree is one tree of an ensemble: nodes[0] is the root; a tree without nodes is
// its single leaf.
type tree struct {
	nodes  []node
	leaves []float64
	sets   []bitset
	linear *linearLeaves // nil unless leaves hold linear models
}

// bitset holds the category codes that go left, 32 to a word.
type bitset []uint32

// linearLeaves are models of the form constant + sum(coefficient * feature), one
// per leaf; leaf i owns terms[start[i]:start[i+1]].
type linearLeaves struct {
	constants []float64
	start     []int32
	terms     []linearTerm
}

type linearTerm struct {
	feature     int32
	coefficient float64
}

// leaf walks to the leaf that the row reaches.
func (t *tree) leaf(row []float64) int {
	if len(t.nodes) == 0 {
		return 0
	}
	at := int32(0)
	for at >= 0 {
		n := &t.nodes[at]
		if t.goesLeft(n, row[n.feature]) {
			at = n.left
		} else {
			at = n.right
		}
	}
	return int(^at)
}

func (t *tree) goesLeft(n *node, value float64) bool {
	if n.set >= 0 {
		return t.sets[n.set].holds(value)
	}
	if math.IsNaN(value) {
		if n.missing != missingNone {
			return n.defaultLeft
		}
		value = 0
	}
	value = snap(value)
	if n.missing == missingZero && value == 0 {
		return n.defaultLeft
	}
	return value <= n.threshold
}

// snap makes what LightGBM takes for zero zero.
func snap(value float64) float64 {
	if math.Abs(value) <= zeroThreshold {
		return 0
	}
	return value
}

// holds reports whether a category code is in the set. The code is the value
// cut towards zero; NaN, negative and unknown codes are not in any set.
func (b bitset) holds(value float64) bool {
	if !(value > -1 && value < float64(len(b)*32)) { // also false for NaN
		return false
	}
	code := int(value)
	return b[code>>5]>>(code&31)&1 == 1
}

// value is the tree's contribution for the row.
func (t *tree) value(row []float64) float64 {
	leaf := t.leaf(row)
	if t.linear == nil {
		return t.leaves[leaf]
	}
	return t.linear.value(leaf, row, t.leaves[leaf])
}

// value evaluates one leaf's linear model; a missing input falls back to the
// leaf's plain value.
func (l *linearLeaves) value(leaf int, row []float64, fallback float64) float64 {
	sum := l.constants[leaf]
	for _, term := range l.terms[l.start[leaf]:l.start[leaf+1]] {
		x := row[term.feature]
		if math.IsNaN(x) {
			return fallback
		}
		sum += float64(term.coefficient * snap(x)) // the conversion forbids a fused multiply-add, which would round once
	}
	return sum
}

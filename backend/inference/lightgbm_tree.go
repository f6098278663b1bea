package inference

import (
	"math"
	"slices"
)

// treeKeys are the lines a tree may have. Gains, weights and counts describe the
// training and are not needed to predict.
var treeKeys = keys("num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type",
	"left_child", "right_child", "leaf_value", "leaf_weight", "leaf_count",
	"internal_value", "internal_weight", "internal_count", "cat_boundaries", "cat_threshold",
	"is_linear", "leaf_const", "num_features", "leaf_features", "leaf_coeff", "shrinkage")

// bits of decision_type
const (
	bitCategorical = 1
	bitDefaultLeft = 2
	shiftMissing   = 2
)

// parseTree builds a tree and marks on features how their missing values are
// read. Leaf values already hold shrinkage and DART weights.
func parseTree(s *section, features []feature) (tree, error) {
	leaves, err := s.integer("num_leaves", 1)
	if err != nil {
		return tree{}, err
	}
	var t tree
	if t.leaves, err = s.numbers("leaf_value", leaves); err != nil {
		return tree{}, err
	}
	if t.sets, err = parseSets(s); err != nil {
		return tree{}, err
	}
	if leaves > 1 {
		if err := t.readNodes(s, features); err != nil {
			return tree{}, err
		}
		if err := t.checkShape(s); err != nil {
			return tree{}, err
		}
	}
	if s.has("is_linear") {
		return t, t.readLinear(s, len(features))
	}
	return t, nil
}

// readNodes fills nodes from LightGBM's parallel arrays.
func (t *tree) readNodes(s *section, features []feature) error {
	n := len(t.leaves) - 1
	split, err := s.integers("split_feature", n, 0, int64(len(features)-1))
	if err != nil {
		return err
	}
	left, err := s.integers("left_child", n, int64(-len(t.leaves)), int64(n-1))
	if err != nil {
		return err
	}
	right, err := s.integers("right_child", n, int64(-len(t.leaves)), int64(n-1))
	if err != nil {
		return err
	}
	threshold, err := s.bounds("threshold", n) // LightGBM writes inf to part the missing from all others
	if err != nil {
		return err
	}
	kinds := make([]int32, n) // absent: plain numerical splits
	if s.has("decision_type") {
		if kinds, err = s.integers("decision_type", n, 0, 11); err != nil {
			return err
		}
	}
	t.nodes = make([]node, n)
	for i := range t.nodes {
		t.nodes[i] = node{
			threshold: threshold[i], feature: split[i], left: left[i], right: right[i], set: -1,
			missing: missing(kinds[i] >> shiftMissing), defaultLeft: kinds[i]&bitDefaultLeft != 0,
		}
		if err := t.settleKind(s, i, kinds[i]&bitCategorical != 0, features); err != nil {
			return err
		}
	}
	return nil
}

// settleKind checks that a node splits its feature the way the feature is, and
// resolves a categorical node's set.
func (t *tree) settleKind(s *section, i int, categorical bool, features []feature) error {
	n := &t.nodes[i]
	f := &features[n.feature]
	if f.info.Unused || categorical != (f.info.Categories != nil) {
		return s.fault("model-feature-range", "decision_type", "Node %d splits feature %q as a kind that feature_infos does not give it.", i, clip(f.name))
	}
	if !categorical {
		f.zeroRule = f.zeroRule || n.missing == missingNone
		return nil
	}
	if n.threshold != math.Trunc(n.threshold) || n.threshold < 0 || n.threshold >= float64(len(t.sets)) {
		return s.fault("model-number", "threshold", "Node %d names a category set that the tree does not have.", i)
	}
	n.set = int32(n.threshold)
	return nil
}

// parseSets reads the category sets of a tree: set i is
// cat_threshold[cat_boundaries[i]:cat_boundaries[i+1]].
func parseSets(s *section) ([]bitset, error) {
	count, err := s.integer("num_cat", 0)
	if err != nil || count == 0 {
		return nil, err
	}
	bounds, err := s.integers("cat_boundaries", count+1, 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	words, err := s.bitWords("cat_threshold", int(bounds[count]))
	if err != nil {
		return nil, err
	}
	sets := make([]bitset, count)
	for i := range sets {
		if bounds[0] != 0 || bounds[i] >= bounds[i+1] {
			return nil, s.fault("model-number", "cat_boundaries", "cat_boundaries does not start at 0 and rise.")
		}
		if int(bounds[i+1]) > len(words) {
			return nil, s.fault("model-number", "cat_boundaries", "cat_boundaries goes beyond cat_threshold.")
		}
		sets[i] = words[bounds[i]:bounds[i+1]:bounds[i+1]]
	}
	return sets, nil
}

// checkShape walks from the root and refuses a node or leaf that is reached
// twice (a cycle or a shared branch) or never. After it every walk ends.
func (t *tree) checkShape(s *section) error {
	nodeSeen, leafSeen := make([]bool, len(t.nodes)), make([]bool, len(t.leaves))
	nodeSeen[0] = true
	for stack := []int32{0}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, child := range [2]struct {
			key string
			to  int32
		}{{"left_child", t.nodes[at].left}, {"right_child", t.nodes[at].right}} {
			seen, i := nodeSeen, child.to
			if child.to < 0 {
				seen, i = leafSeen, ^child.to
			}
			if seen[i] {
				return s.fault("model-tree-shape", child.key, "Node %d leads to a node or leaf that is reached already; that is not a tree.", at)
			}
			seen[i] = true
			if child.to >= 0 {
				stack = append(stack, child.to)
			}
		}
	}
	if slices.Contains(nodeSeen, false) || slices.Contains(leafSeen, false) {
		return s.fault("model-tree-shape", "left_child", "Some nodes or leaves cannot be reached from the root; that is not a tree.")
	}
	return nil
}

// readLinear reads the linear models of a tree's leaves.
func (t *tree) readLinear(s *section, features int) error {
	linear, err := s.integers("is_linear", 1, 0, 1)
	if err != nil || linear[0] == 0 {
		return err
	}
	l := &linearLeaves{start: make([]int32, len(t.leaves)+1)}
	if l.constants, err = s.numbers("leaf_const", len(t.leaves)); err != nil {
		return err
	}
	counts, err := s.integers("num_features", len(t.leaves), 0, int64(features))
	if err != nil {
		return err
	}
	total := 0
	for i, c := range counts {
		total += int(c)
		if total > math.MaxInt32 {
			return s.fault("model-count", "num_features", "num_features adds up to more than a file can hold.")
		}
		l.start[i+1] = int32(total)
	}
	if l.terms, err = readTerms(s, total, features); err != nil {
		return err
	}
	t.linear = l
	return nil
}

func readTerms(s *section, total, features int) ([]linearTerm, error) {
	used, err := s.integers("leaf_features", total, 0, int64(features-1))
	if err != nil {
		return nil, err
	}
	coefficients, err := s.numbers("leaf_coeff", total)
	if err != nil {
		return nil, err
	}
	terms := make([]linearTerm, total)
	for i := range terms {
		terms[i] = linearTerm{feature: used[i], coefficient: coefficients[i]}
	}
	return terms, nil
}

package inference

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitrine/backend/problem"
)

// maxModelBytes bounds what is read into memory. The largest boosted models in
// use are tens of megabytes.
const maxModelBytes = 512 << 20

// LoadLightGBM reads a model in LightGBM's text format, v3 or v4, and checks it
// whole. Every fault of the file is a *problem.Problem that names the place:
// a cut file, a count that does not hold, an index out of range, a cycle. An
// error of r comes back wrapped.
func LoadLightGBM(r io.Reader) (*Ensemble, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxModelBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	if err := looksLikeLightGBM(data); err != nil {
		return nil, err
	}
	in := &lines{rest: data}
	head, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	e, err := newEnsemble(head)
	if err != nil {
		return nil, err
	}
	if err := e.readTrees(in, head); err != nil {
		return nil, err
	}
	if err := e.readTrailer(in, bytes.HasSuffix(data, []byte("\n"))); err != nil {
		return nil, err
	}
	return e, nil
}

// looksLikeLightGBM separates the wrong file from a damaged one, before the
// parser could report a damaged line for what is a missing half.
func looksLikeLightGBM(data []byte) error {
	first, _, ended := bytes.Cut(data, []byte("\n"))
	first = bytes.TrimSuffix(first, []byte("\r"))
	switch {
	case len(data) == 0:
		return truncated("line 1", "it is empty.")
	case len(data) > maxModelBytes:
		return problem.New(problem.TooLarge, "model-too-large", fmt.Sprintf("The model file is larger than %d MB.", maxModelBytes>>20)).
			Try("Check that this is the model and not its training data.")
	case !ended && bytes.HasPrefix([]byte("tree"), first):
		return truncated("line 1", "it ends in its first line.")
	case string(first) != "tree" || !utf8.Valid(data):
		return problem.New(problem.Invalid, "model-not-lightgbm", "This is not a LightGBM text model: those begin with a line \"tree\" and hold nothing but text.").
			At("line 1").Try("Choose the file written by LightGBM's save_model().")
	case !hasLine(data, "end of trees"):
		return cutBeforeTheEndOfTrees(data)
	}
	return nil
}

// hasLine reports whether the text stands on a line of its own.
func hasLine(data []byte, text string) bool {
	at := bytes.LastIndex(data, []byte("\n"+text))
	if at < 0 {
		return false
	}
	after := data[at+1+len(text):]
	return len(after) == 0 || after[0] == '\n' || after[0] == '\r'
}

// cutBeforeTheEndOfTrees says how far a cut file goes.
func cutBeforeTheEndOfTrees(data []byte) error {
	begun := bytes.Count(data, []byte("\nTree="))
	place := fmt.Sprintf("line %d", bytes.Count(data, []byte("\n"))+1)
	if begun == 0 {
		return truncated(place, "it ends in its header, before the first tree.")
	}
	message := fmt.Sprintf("it ends in tree %d, before the line \"end of trees\".", begun-1)
	if _, rest, ok := bytes.Cut(data, []byte("\ntree_sizes=")); ok {
		sizes, _, _ := bytes.Cut(rest, []byte("\n"))
		message = fmt.Sprintf("it ends in the %s of %d trees, before the line \"end of trees\".", ordinal(begun), len(bytes.Fields(sizes)))
	}
	return truncated(place, message)
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

var headerKeys = keys("version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx",
	"objective", "average_output", "feature_names", "monotone_constraints", "feature_infos", "tree_sizes")

func keys(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

// readHeader takes lines up to the first tree, which it leaves in place.
func readHeader(in *lines) (*section, error) {
	in.next() // "tree"
	head := newSection("header", in.number)
	for {
		before := *in
		line, ok := in.next()
		if !ok || strings.HasPrefix(line, "Tree=") || line == "end of trees" {
			*in = before
			return head, nil
		}
		if line == "" {
			continue
		}
		if err := head.add(line, in.number, headerKeys); err != nil {
			return nil, err
		}
	}
}

// newEnsemble reads what the header says; trees come after.
func newEnsemble(head *section) (*Ensemble, error) {
	version, err := head.text("version")
	if err != nil {
		return nil, err
	}
	if version != "v3" && version != "v4" {
		return nil, head.fault("model-version", "version", "This is LightGBM's text format %q; this program reads v3 and v4.", clip(version))
	}
	e := &Ensemble{format: "lightgbm text " + version, average: head.has("average_output")}
	if err := e.readOutputs(head); err != nil {
		return nil, err
	}
	return e, e.readFeatures(head)
}

// readOutputs settles the objective and how many scores a row has.
func (e *Ensemble) readOutputs(head *section) error {
	classes, err := head.integer("num_class", 1)
	if err != nil {
		return err
	}
	e.outputs = classes
	if head.has("num_tree_per_iteration") {
		if e.outputs, err = head.integer("num_tree_per_iteration", 1); err != nil {
			return err
		}
	}
	e.objective = objective{name: "custom", link: identity} // LightGBM names none for a function of the user's own
	if head.has("objective") {
		if e.objective, err = parseObjective(head.fields["objective"].text); err != nil {
			return head.fault("model-objective", "objective", "The %s.", err)
		}
	}
	return e.checkOutputs(head, classes)
}

func (e *Ensemble) checkOutputs(head *section, classes int) error {
	want := 1
	switch e.objective.name {
	case "multiclass", "multiclassova", "custom":
		want = classes
	}
	if e.outputs != want || classes != e.outputs {
		return head.fault("model-count", "num_tree_per_iteration", "%d trees per iteration and %d classes do not go with objective %s.", e.outputs, classes, e.objective.name)
	}
	return nil
}

func (e *Ensemble) readFeatures(head *section) error {
	last, err := head.integer("max_feature_idx", 0)
	if err != nil {
		return err
	}
	names, err := head.words("feature_names", last+1)
	if err != nil {
		return err
	}
	infos, err := head.words("feature_infos", last+1)
	if err != nil {
		return err
	}
	e.features = make([]feature, len(names))
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if seen[name] {
			return head.fault("model-feature-repeated", "feature_names", "The feature %q is named twice.", clip(name))
		}
		seen[name] = true
		info, err := parseInfo(infos[i])
		if err != nil {
			return head.fault("model-feature-range", "feature_infos", "Entry %d, of feature %q, %s.", i+1, clip(name), err)
		}
		e.features[i] = feature{name: name, info: info}
	}
	return nil
}

// finite is nil for NaN and infinity, which a range may have and JSON may not.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// parseInfo reads one entry of feature_infos: none, [min:max] or code:code:...
func parseInfo(text string) (FeatureRange, error) {
	if text == "none" {
		return FeatureRange{Unused: true}, nil
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		low, high, _ := strings.Cut(strings.TrimSuffix(inner, "]"), ":")
		lo, err1 := strconv.ParseFloat(low, 64)
		hi, err2 := strconv.ParseFloat(high, 64)
		if err1 != nil || err2 != nil || !strings.HasSuffix(inner, "]") || !(lo <= hi) {
			return FeatureRange{}, fmt.Errorf("is not a range [min:max]")
		}
		return FeatureRange{Min: finite(lo), Max: finite(hi)}, nil
	}
	codes := []int{}
	for code := range strings.SplitSeq(text, ":") {
		c, err := strconv.ParseInt(code, 10, 32)
		if err != nil {
			return FeatureRange{}, fmt.Errorf("is neither \"none\", a range nor a list of categories")
		}
		if c >= 0 { // -1 stands for missing
			codes = append(codes, int(c))
		}
	}
	slices.Sort(codes)
	return FeatureRange{Categories: slices.Compact(codes)}, nil
}

// readTrees takes every tree and the line "end of trees".
func (e *Ensemble) readTrees(in *lines, head *section) error {
	for {
		line, ok := in.next()
		switch {
		case !ok:
			return truncated(fmt.Sprintf("line %d", in.number), "it ends before the line \"end of trees\".")
		case line == "":
		case line == "end of trees":
			return e.checkTreeCount(head)
		case strings.HasPrefix(line, "Tree="):
			if err := e.readTree(line, in); err != nil {
				return err
			}
		default:
			return refuse("model-field-unknown", fmt.Sprintf("line %d", in.number), fmt.Sprintf("The line %q does not belong to a tree.", clip(line)))
		}
	}
}

func (e *Ensemble) readTree(first string, in *lines) error {
	name := fmt.Sprintf("tree %d", len(e.trees))
	if first != fmt.Sprintf("Tree=%d", len(e.trees)) {
		return refuse("model-count", fmt.Sprintf("line %d", in.number), fmt.Sprintf("Tree %d should begin here; trees are missing or out of order.", len(e.trees)))
	}
	s := newSection(name, in.number)
	for {
		before := *in
		line, ok := in.next()
		if !ok || line == "" || line == "end of trees" || strings.HasPrefix(line, "Tree=") {
			*in = before
			break
		}
		if err := s.add(line, in.number, treeKeys); err != nil {
			return err
		}
	}
	t, err := parseTree(s, e.features)
	if err != nil {
		return err
	}
	e.trees = append(e.trees, t)
	return nil
}

func (e *Ensemble) checkTreeCount(head *section) error {
	n := len(e.trees)
	if n == 0 || n%e.outputs != 0 {
		return refuse("model-count", "header", fmt.Sprintf("The file has %d trees where a multiple of %d is needed.", n, e.outputs))
	}
	if head.has("tree_sizes") {
		_, err := head.words("tree_sizes", n)
		return err
	}
	return nil
}

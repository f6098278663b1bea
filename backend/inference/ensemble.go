package inference

import (
	"fmt"
	"slices"
)

// Ensemble is a checked tree model. Rows handed to it have one float64 per
// feature in the order of FeatureNames; NaN is a missing value; a categorical
// feature takes its code.
type Ensemble struct {
	format    string
	objective objective
	outputs   int  // trees per iteration, scores per row
	average   bool // random forest: output is the mean over iterations
	features  []feature
	trees     []tree
	// levelsUnclear is set where the file lists category levels that cannot be
	// matched with its features.
	levelsUnclear bool
}

type feature struct {
	name     string
	info     FeatureRange
	levels   []string // pandas levels, nil where the file has none
	zeroRule bool     // some node reads a missing value as 0
}

// FeatureRange is what the file keeps of a feature's training values.
type FeatureRange struct {
	Unused     bool     // constant in training: no tree uses it
	Min, Max   *float64 // numerical; nil where the file gives none
	Categories []int    // codes of a categorical feature in ascending order; nil for a numerical one
}

// Format names the file format, for example "lightgbm text v4".
func (e *Ensemble) Format() string { return e.format }

// Objective is the training objective as the file names it, "custom" where the
// file names none.
func (e *Ensemble) Objective() string { return e.objective.name }

// Trees is the number of trees.
func (e *Ensemble) Trees() int { return len(e.trees) }

// Outputs is the number of scores per row: the length Raw and Predict fill.
func (e *Ensemble) Outputs() int { return e.outputs }

// Classes is the number of classes: 2 for binary, the number of outputs for
// multiclass objectives, 0 where outputs are not class probabilities.
func (e *Ensemble) Classes() int { return e.objective.classes(e.outputs) }

// FeatureNames lists the inputs in order, as the file names them: LightGBM
// writes an underscore for a space.
func (e *Ensemble) FeatureNames() []string {
	names := make([]string, len(e.features))
	for i, f := range e.features {
		names[i] = f.name
	}
	return names
}

// FeatureRanges lists the training ranges in the order of FeatureNames.
func (e *Ensemble) FeatureRanges() []FeatureRange {
	ranges := make([]FeatureRange, len(e.features))
	for i, f := range e.features {
		ranges[i] = f.info
		ranges[i].Categories = slices.Clone(f.info.Categories)
	}
	return ranges
}

// ReadsMissingAsZero reports whether some split on this feature learnt nothing
// about missing values and so takes one for the number 0. LightGBM does this
// wherever training saw none missing.
func (e *Ensemble) ReadsMissingAsZero(feature int) bool { return e.features[feature].zeroRule }

// Raw writes the raw scores of a row to out, Outputs long: the sum of leaves in
// tree order, as LightGBM's predict(raw_score=True). It panics where row or out
// has the wrong length.
func (e *Ensemble) Raw(row, out []float64) {
	e.mustFit(row, out)
	clear(out)
	for i := range e.trees {
		out[i%e.outputs] += e.trees[i].value(row)
	}
}

// Predict writes the model's output for a row to out, Outputs long: class
// probabilities (binary: the second class only), or the value on the scale of
// the outcome. It panics where row or out has the wrong length.
func (e *Ensemble) Predict(row, out []float64) {
	e.Raw(row, out)
	e.link(out)
}

// link turns raw scores into output in place.
func (e *Ensemble) link(scores []float64) {
	if e.average {
		iterations := float64(len(e.trees) / e.outputs)
		each(scores, func(x float64) float64 { return x / iterations })
	}
	e.objective.apply(scores)
}

// Leaves gives the leaf that the row reaches in every tree, in tree order. It
// panics where row has the wrong length.
func (e *Ensemble) Leaves(row []float64) []int {
	e.mustFit(row, nil)
	leaves := make([]int, len(e.trees))
	for i := range e.trees {
		leaves[i] = e.trees[i].leaf(row)
	}
	return leaves
}

func (e *Ensemble) mustFit(row, out []float64) {
	if len(row) != len(e.features) || out != nil && len(out) != e.outputs {
		panic(fmt.Sprintf("inference: row of %d and output of %d values for a model of %d and %d",
			len(row), len(out), len(e.features), e.outputs))
	}
}

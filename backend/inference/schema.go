package inference

import (
	"fmt"
	"slices"
	"strconv"

	"vitrine/backend/model"
	"vitrine/backend/problem"
)

// Schema derives the schema of the inputs from what the model file itself says:
// names, training ranges, category levels or codes, what becomes of a missing
// value. Units and the names of classes are not in the file; classes are called
// "0", "1" and so on, as they were coded in training. Problem
// "model-levels-unclear" where levels cannot be told to their features.
func (e *Ensemble) Schema() (*model.Schema, error) {
	if e.levelsUnclear {
		return nil, problem.New(problem.Invalid, "model-levels-unclear", "The model file lists category levels without saying which features they belong to.").
			Try("Give a schema file with the model that names each feature's levels in order.")
	}
	s := &model.Schema{Features: make([]model.Feature, len(e.features))}
	for i := range e.features {
		s.Features[i] = e.features[i].describe()
	}
	for c := range e.Classes() {
		s.Classes = append(s.Classes, strconv.Itoa(c))
	}
	return s, s.Validate()
}

// describe gives a feature of a derived schema.
func (f *feature) describe() model.Feature {
	out := model.Feature{Name: f.name, Type: model.Number, Min: f.info.Min, Max: f.info.Max, Missing: model.ByModel}
	if f.zeroRule {
		out.Missing = model.AsZero
	}
	switch {
	case len(f.levels) > 0:
		out.Type, out.Levels = model.Category, slices.Clone(f.levels)
	case len(f.info.Categories) > 0:
		out.Type, out.Codes = model.Category, slices.Clone(f.info.Categories)
		for _, code := range out.Codes {
			out.Levels = append(out.Levels, strconv.Itoa(code))
		}
	}
	return out
}

// fit checks a schema from elsewhere against the model and returns a copy that
// says what this model really does with missing values. A schema whose order of
// features, levels or classes is another's would give wrong numbers without any
// other sign, so every difference is a finding.
func (e *Ensemble) fit(s *model.Schema) (*model.Schema, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	findings := e.differences(s)
	if len(findings) > 0 {
		const shown = 10
		return nil, problem.New(problem.Invalid, "schema-mismatch", fmt.Sprintf("The schema does not describe this model: %d differences.", len(findings))).
			With(findings[:min(len(findings), shown)]...).Try("Give the schema that was written for this model file.")
	}
	out := *s
	out.Features = slices.Clone(s.Features)
	for i := range out.Features {
		if out.Features[i].Missing == model.ByModel && e.features[i].zeroRule {
			out.Features[i].Missing = model.AsZero
		}
	}
	return &out, nil
}

func (e *Ensemble) differences(s *model.Schema) []problem.Detail {
	var out []problem.Detail
	if len(s.Features) != len(e.features) {
		return append(out, problem.Detail{Place: "/features", Message: fmt.Sprintf("%d features where the model has %d", len(s.Features), len(e.features))})
	}
	if len(s.Classes) != e.Classes() {
		out = append(out, problem.Detail{Place: "/classes", Message: fmt.Sprintf("%d classes where the model has %d", len(s.Classes), e.Classes())})
	}
	for i := range s.Features {
		if message := e.features[i].difference(&s.Features[i]); message != "" {
			out = append(out, problem.Detail{Place: fmt.Sprintf("/features/%d", i), Message: message})
		}
	}
	return out
}

// difference says how a schema's feature contradicts the model's, or "".
func (f *feature) difference(s *model.Feature) string {
	category := s.Type == model.Category
	switch {
	case !model.SameName(f.name, s.Name):
		return fmt.Sprintf("%q where the model has %q", clip(s.Name), clip(f.name))
	case category && f.info.Min != nil || !category && f.info.Categories != nil:
		return fmt.Sprintf("%q is a number in one and a category in the other", clip(s.Name))
	case !category:
		return ""
	case f.levels != nil && s.Codes != nil || f.levels != nil && !slices.Equal(f.levels, s.Levels):
		return fmt.Sprintf("%q has other levels, or the same in another order", clip(s.Name))
	case f.levels == nil && !f.covered(s):
		return fmt.Sprintf("%q has no level for some codes that the model was trained on", clip(s.Name))
	}
	return ""
}

// covered reports whether each code of the training has a level.
func (f *feature) covered(s *model.Feature) bool {
	codes := make(map[int]bool, len(s.Levels))
	for i := range s.Levels {
		codes[s.Code(i)] = true
	}
	for _, c := range f.info.Categories {
		if !codes[c] {
			return false
		}
	}
	return true
}

package inference

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"vitrine/backend/problem"
)

// trailer is what follows the trees, as far as prediction needs it.
type trailer struct {
	begun, ended map[string]bool // "parameters", "parser"
	categorical  []int           // feature indexes from the parameter categorical_feature
	pandas       [][]string      // levels per categorical column
	last         string
}

// readTrailer takes the lines after the trees: importances, parameters, and the
// category levels that the Python package adds. ended says that the file's last
// line is whole.
func (e *Ensemble) readTrailer(in *lines, ended bool) error {
	t := trailer{begun: map[string]bool{}, ended: map[string]bool{}, last: "end of trees"}
	for {
		line, ok := in.next()
		if !ok {
			break
		}
		if err := t.take(line, in.number); err != nil {
			return err
		}
	}
	if err := t.checkWhole(e.hasCategories(), ended, in.number); err != nil {
		return err
	}
	e.assignLevels(&t)
	return nil
}

func (t *trailer) take(line string, number int) error {
	if line != "" {
		t.last = line
	}
	if name, ok := strings.CutPrefix(line, "end of "); ok {
		t.ended[name] = true
	}
	if line == "parameters:" || line == "parser:" {
		t.begun[strings.TrimSuffix(line, ":")] = true
	}
	if list, ok := strings.CutPrefix(line, "[categorical_feature: "); ok {
		t.categorical = parseIndexes(strings.TrimSuffix(list, "]"))
	}
	if text, ok := strings.CutPrefix(line, "pandas_categorical:"); ok {
		var err error
		t.pandas, err = parsePandas(text)
		return atLine(err, number)
	}
	return nil
}

// checkWhole finds a file that is cut after its trees. A model with categories
// needs what follows: without it "7" could be taken for another category.
func (t *trailer) checkWhole(categories, ended bool, line int) error {
	place := fmt.Sprintf("line %d", line)
	for name := range t.begun {
		if !t.ended[name] {
			return truncated(place, fmt.Sprintf("it ends before the line \"end of %s\".", name))
		}
	}
	if categories && !t.ended["parameters"] {
		return truncated(place, "it ends before its parameters and category levels.")
	}
	whole := ended || strings.HasPrefix(t.last, "end of ") || strings.HasPrefix(t.last, "pandas_categorical:")
	if !whole {
		return truncated(place, "it ends in the middle of a line.")
	}
	return nil
}

// parseIndexes reads "1,2,6"; anything else, such as names, gives nil.
func parseIndexes(text string) []int {
	var out []int
	for word := range strings.SplitSeq(text, ",") {
		i, err := strconv.Atoi(word)
		if err != nil {
			return nil
		}
		out = append(out, i)
	}
	return out
}

// parsePandas reads the JSON of pandas_categorical: null or a list of levels for
// each categorical column.
func parsePandas(text string) ([][]string, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var columns [][]any
	if err := dec.Decode(&columns); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, truncated("", "it ends in its category levels (pandas_categorical).")
		}
		return nil, refuse("model-categories", "", "The category levels (pandas_categorical) are not a list of lists.")
	}
	out := make([][]string, len(columns))
	for c, levels := range columns {
		out[c] = make([]string, len(levels)) // not nil, also where there are none
		for i, level := range levels {
			text, err := levelText(level)
			if err != nil {
				return nil, err
			}
			out[c][i] = text
		}
		if repeated(out[c]) {
			return nil, refuse("model-categories", "", fmt.Sprintf("Categorical column %d lists a level twice.", c+1))
		}
	}
	return out, nil
}

// levelText writes a level as pandas writes it to CSV.
func levelText(level any) (string, error) {
	switch v := level.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		if v {
			return "True", nil
		}
		return "False", nil
	}
	return "", refuse("model-categories", "", "A category level is neither text, a number nor true or false.")
}

func repeated(levels []string) bool {
	sorted := slices.Sorted(slices.Values(levels))
	return len(slices.Compact(sorted)) != len(levels)
}

func atLine(err error, number int) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p.At(fmt.Sprintf("line %d", number))
	}
	return err
}

func (e *Ensemble) hasCategories() bool {
	return slices.ContainsFunc(e.features, func(f feature) bool { return f.info.Categories != nil })
}

// assignLevels gives each categorical feature its levels. The file lists levels
// by column, not by feature: they go to the features that the parameter
// categorical_feature names, else to those with categories in feature_infos. If
// the numbers differ (ordered pandas columns are listed but are not categorical)
// nothing is assigned and levelsUnclear is set.
func (e *Ensemble) assignLevels(t *trailer) {
	if len(t.pandas) == 0 {
		return
	}
	columns := t.categorical
	if len(columns) != len(t.pandas) {
		columns = e.categoricalFeatures()
	}
	if len(columns) != len(t.pandas) || !e.levelsFit(columns, t.pandas) {
		e.levelsUnclear = true
		return
	}
	for i, c := range columns {
		e.features[c].levels = t.pandas[i]
	}
}

func (e *Ensemble) categoricalFeatures() []int {
	var out []int
	for i, f := range e.features {
		if f.info.Categories != nil {
			out = append(out, i)
		}
	}
	return out
}

// levelsFit checks that every feature exists once, and that no code used in
// training lies beyond the levels.
func (e *Ensemble) levelsFit(columns []int, levels [][]string) bool {
	assigned := make(map[int]bool, len(columns))
	for i, c := range columns {
		if c < 0 || c >= len(e.features) || assigned[c] {
			return false
		}
		assigned[c] = true
		info := e.features[c].info
		if info.Min != nil || info.Max != nil {
			return false
		}
		if n := len(info.Categories); n > 0 && info.Categories[n-1] >= len(levels[i]) {
			return false
		}
	}
	for i, f := range e.features {
		if f.info.Categories != nil && !assigned[i] {
			return false // a code in one column, text in another: cannot be told apart
		}
	}
	return true
}

package cohort

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Hash identifies the meaning of a definition: "sha256-" and the hash of its
// canonical form. Names, ids and labels are left out, disabled rules too, and
// the order and repetition of a value set do not count; the order of rules does,
// because attrition follows it.
func (d *Definition) Hash() string {
	form := struct {
		Version int         `json:"version"`
		Dataset string      `json:"dataset"`
		Table   string      `json:"table"`
		Base    []canonical `json:"base"`
		Include []canonical `json:"include"`
		Exclude []canonical `json:"exclude"`
	}{FormatVersion, string(d.Dataset), string(d.Base.Table),
		canonicalAll(d.Base.All), canonicalRules(d.Include), canonicalRules(d.Exclude)}
	return "sha256-" + hashJSON(form)
}

func hashJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // impossible: canonical forms are plain data
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// canonical is a predicate as it is hashed and cached.
type canonical struct {
	All     []canonical `json:"all,omitempty"`
	Any     []canonical `json:"any,omitempty"`
	Not     *canonical  `json:"not,omitempty"`
	Field   string      `json:"field,omitempty"`
	In      []any       `json:"in,omitempty"`
	Between []any       `json:"between,omitempty"`
	Above   any         `json:"above,omitempty"`
	Below   any         `json:"below,omitempty"`
	Missing *bool       `json:"missing,omitempty"`
}

func canonicalRules(rules []Rule) []canonical {
	list := []canonical{}
	for _, r := range rules {
		if !r.Disabled {
			list = append(list, r.Where.canonical())
		}
	}
	return list
}

func canonicalAll(predicates []Predicate) []canonical {
	list := []canonical{}
	for i := range predicates {
		list = append(list, predicates[i].canonical())
	}
	return list
}

func (p *Predicate) canonical() canonical {
	c := canonical{Field: string(p.Field), Missing: p.Missing}
	switch {
	case p.All != nil:
		c.All = canonicalAll(p.All)
	case p.Any != nil:
		c.Any = canonicalAll(p.Any)
	case p.Not != nil:
		inner := p.Not.canonical()
		c.Not = &inner
	case p.In != nil:
		c.In = canonicalSet(p.In)
	case p.Between != nil:
		c.Between = []any{literal(p.Between.Low), literal(p.Between.High)}
	case p.Above != nil:
		c.Above = literal(p.Above)
	case p.Below != nil:
		c.Below = literal(p.Below)
	}
	return c
}

func literal(v *Value) any {
	switch {
	case v == nil:
		return nil
	case v.IsText:
		return v.Text
	}
	return v.Number + 0 // -0 is written as 0
}

// canonicalSet sorts values (numbers first) and drops repeats.
func canonicalSet(values []Value) []any {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, compareValues)
	sorted = slices.CompactFunc(sorted, func(a, b Value) bool { return compareValues(a, b) == 0 })
	set := make([]any, len(sorted))
	for i := range sorted {
		set[i] = literal(&sorted[i])
	}
	return set
}

func compareValues(a, b Value) int {
	switch {
	case a.IsText && b.IsText:
		return strings.Compare(a.Text, b.Text)
	case a.IsText:
		return 1
	case b.IsText:
		return -1
	case a.Number < b.Number:
		return -1
	case a.Number > b.Number:
		return 1
	}
	return 0
}

package cohort

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"vitrine/backend/catalog"
)

// Sentence says a predicate in words, with labels and units from the dataset's
// dictionary: "Serum bilirubin from 1 to 3 mg/dL".
func Sentence(ds *catalog.Dataset, p *Predicate) string {
	return capital(phrase(ds, p, false))
}

// capital begins a sentence, leaving alone what is written in its own way (pH).
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(next) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

func phrase(ds *catalog.Dataset, p *Predicate, nested bool) string {
	switch {
	case p.All != nil:
		return joined(ds, p.All, " and ", nested)
	case p.Any != nil:
		return joined(ds, p.Any, " or ", nested)
	case p.Not != nil:
		return "not (" + phrase(ds, p.Not, false) + ")"
	}
	name, unit := string(p.Field), ""
	_, field, ok := ds.Lookup(p.Field)
	if ok {
		name = field.Label
		if field.Unit != "" {
			unit = " " + field.Unit
		}
	}
	return name + " " + condition(field, p, unit)
}

func joined(ds *catalog.Dataset, list []Predicate, word string, nested bool) string {
	parts := make([]string, len(list))
	for i := range list {
		parts[i] = phrase(ds, &list[i], nested || len(list) > 1)
	}
	text := strings.Join(parts, word)
	if nested && len(list) > 1 {
		return "(" + text + ")"
	}
	return text
}

func condition(f *catalog.Field, p *Predicate, unit string) string {
	switch {
	case p.Missing != nil && *p.Missing:
		return "is not recorded"
	case p.Missing != nil:
		return "is recorded"
	case p.Above != nil:
		return comparison(f).above + shown(f, p.Above) + unit
	case p.Below != nil:
		return comparison(f).below + shown(f, p.Below) + unit
	case p.Between != nil:
		return rangeWords(f, p.Between, unit)
	}
	return "is " + valueList(f, p.In)
}

// comparatives are the words of comparisons, for numbers or for days and times.
type comparatives struct{ above, below, from, to string }

func comparison(f *catalog.Field) comparatives {
	if f != nil && (f.Type == catalog.Date || f.Type == catalog.Timestamp) {
		return comparatives{"after ", "before ", "on or after ", "on or before "}
	}
	return comparatives{"above ", "below ", "at least ", "at most "}
}

func rangeWords(f *catalog.Field, b *Between, unit string) string {
	switch {
	case b.High == nil && b.Low == nil:
		return "has any value"
	case b.High == nil:
		return comparison(f).from + shown(f, b.Low) + unit
	case b.Low == nil:
		return comparison(f).to + shown(f, b.High) + unit
	}
	return fmt.Sprintf("from %s to %s%s", shown(f, b.Low), shown(f, b.High), unit)
}

// maxShown keeps a sentence readable when a value set is long.
const maxShown = 8

func valueList(f *catalog.Field, values []Value) string {
	words := make([]string, 0, maxShown)
	for i := range values {
		if i == maxShown {
			words = append(words, fmt.Sprintf("%d more", len(values)-maxShown))
			break
		}
		words = append(words, shown(f, &values[i]))
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// shown is a literal as a reader sees it: the level's label where there is one,
// free text in quotes, since it may hold any words.
func shown(f *catalog.Field, v *Value) string {
	if f != nil {
		if label := labelOf(f, v); label != "" {
			return label
		}
	}
	switch {
	case v.IsText && f != nil && f.Type == catalog.Text:
		return "“" + v.Text + "”"
	case v.IsText:
		return v.Text
	case v.IsBool || f != nil && f.Type == catalog.Boolean:
		return [...]string{"No", "Yes"}[int(v.Number)&1]
	}
	return catalog.FormatNumber(v.Number)
}

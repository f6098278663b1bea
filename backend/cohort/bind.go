package cohort

import (
	"fmt"
	"math"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// Bind checks the definition against a dataset's dictionary: the table and every
// field exist, each literal has the field's type and, for value sets, is one of
// its levels. All findings come back in one problem, each at its JSON pointer in
// the document that was parsed.
func (d *Definition) Bind(ds *catalog.Dataset) error {
	b := binder{ds: ds, table: d.Base.Table}
	if ds.Table(d.Base.Table) == nil {
		b.fail(d.Base.pointer, "dataset %s has no table “%s”.%s", ds.ID, d.Base.Table,
			problem.DidYouMean(string(d.Base.Table), tableNames(ds)))
		return b.err()
	}
	b.predicates(d.Base.All)
	for _, rules := range [][]Rule{d.Include, d.Exclude} {
		for i := range rules {
			b.predicate(&rules[i].Where)
		}
	}
	return b.err()
}

type binder struct {
	ds       *catalog.Dataset
	table    catalog.TableID
	findings []problem.Detail
}

func (b *binder) fail(pointer, format string, args ...any) {
	b.findings = append(b.findings, problem.Detail{Place: pointer, Message: fmt.Sprintf(format, args...)})
}

func (b *binder) err() error {
	if len(b.findings) == 0 {
		return nil
	}
	return problem.New(problem.Invalid, "cohort-invalid",
		fmt.Sprintf("The cohort definition does not fit the dataset %s.", b.ds.ID)).
		With(b.findings...).
		Try("The data dictionary lists every table, field and level.")
}

func (b *binder) predicates(list []Predicate) {
	for i := range list {
		b.predicate(&list[i])
	}
}

func (b *binder) predicate(p *Predicate) {
	switch {
	case p.All != nil:
		b.predicates(p.All)
	case p.Any != nil:
		b.predicates(p.Any)
	case p.Not != nil:
		b.predicate(p.Not)
	default:
		b.comparison(p)
	}
}

func (b *binder) comparison(p *Predicate) {
	table, field, ok := b.ds.Lookup(p.Field)
	switch {
	case !ok:
		b.fail(p.pointer+"/field", "there is no field “%s” in %s.%s", p.Field, b.table,
			b.ds.Suggest(p.Field))
		return
	case table.ID != b.table:
		b.fail(p.pointer+"/field", "“%s” is in table %s, but the cohort is based on table %s", p.Field, table.ID, b.table)
		return
	}
	for i, v := range p.In {
		b.member(fmt.Sprintf("%s/in/%d", p.pointer, i), field, p.Field, &v)
	}
	if p.Between != nil {
		b.ends(p, field)
	}
	if p.Above != nil {
		b.ordered(p.pointer+"/above", field, p.Field, p.Above)
	}
	if p.Below != nil {
		b.ordered(p.pointer+"/below", field, p.Field, p.Below)
	}
}

func (b *binder) ends(p *Predicate, field *catalog.Field) {
	low, high := p.Between.Low, p.Between.High
	before := len(b.findings)
	if low != nil {
		b.ordered(p.pointer+"/between/0", field, p.Field, low)
	}
	if high != nil {
		b.ordered(p.pointer+"/between/1", field, p.Field, high)
	}
	if low == nil || high == nil || len(b.findings) > before {
		return
	}
	if mustSpan(field, high).last < mustSpan(field, low).first {
		b.fail(p.pointer+"/between", "the low end is above the high end")
	}
}

// ordered is literal for comparisons that need an order.
func (b *binder) ordered(pointer string, f *catalog.Field, id catalog.FieldID, v *Value) {
	if f.Type == catalog.Category || f.Type == catalog.Text || f.Type == catalog.Boolean {
		b.fail(pointer, "“%s” is %s: use “in” instead of a range", id, article(f.Type))
		return
	}
	b.literal(pointer, f, id, v)
}

// member is literal for sets, whose values a field must be able to hold exactly:
// a set that nothing can be in is a mistake, not an empty cohort.
func (b *binder) member(pointer string, f *catalog.Field, id catalog.FieldID, v *Value) {
	before := len(b.findings)
	b.literal(pointer, f, id, v)
	switch {
	case len(b.findings) > before || v.IsText:
	case f.Type == catalog.Boolean && v.Number != 0 && v.Number != 1:
		b.fail(pointer, "“%s” is a boolean: write true or false", id)
	case f.Type == catalog.Number && len(f.Levels) > 0 && labelOf(f, v) == "":
		b.fail(pointer, "“%s” has no level %s; its levels are %s", id, catalog.FormatNumber(v.Number), levelList(f))
	case f.Type == catalog.Integer && v.Number != math.Trunc(v.Number):
		b.fail(pointer, "“%s” is a whole number and never %s", id, catalog.FormatNumber(v.Number))
	}
}

func (b *binder) literal(pointer string, f *catalog.Field, id catalog.FieldID, v *Value) {
	switch f.Type {
	case catalog.Text:
		if !v.IsText {
			b.fail(pointer, "“%s” is text: write the value in quotes", id)
		}
	case catalog.Category:
		b.level(pointer, f, id, v)
	default:
		if _, err := operands(f, v); err != nil {
			b.fail(pointer, "“%s” is %s: %s.%s", id, article(f.Type), err, codeHint(f, v))
		} else if len(f.Levels) > 0 && f.Type == catalog.Integer && labelOf(f, v) == "" {
			b.fail(pointer, "“%s” has no level %s; its levels are %s", id, catalog.FormatNumber(v.Number), levelList(f))
		}
	}
}

func (b *binder) level(pointer string, f *catalog.Field, id catalog.FieldID, v *Value) {
	if v.IsText && f.Level(v.Text) >= 0 {
		return
	}
	b.fail(pointer, "this is not a level of “%s”; its levels are %s", id, levelList(f))
}

// codeHint helps who wrote a label where the data hold its code.
func codeHint(f *catalog.Field, v *Value) string {
	for _, l := range f.Levels {
		if v.IsText && l.Label == v.Text {
			return " The code of that level is " + l.Code
		}
	}
	return ""
}

func labelOf(f *catalog.Field, v *Value) string {
	code := v.Text
	if !v.IsText {
		code = catalog.FormatNumber(v.Number)
	}
	if i := f.Level(code); i >= 0 {
		return f.Levels[i].Label
	}
	return ""
}

func levelList(f *catalog.Field) string {
	text := ""
	for i, l := range f.Levels {
		if i == 12 {
			return text + ", …"
		}
		if i > 0 {
			text += ", "
		}
		text += l.Code
		if l.Label != l.Code {
			text += " (" + l.Label + ")"
		}
	}
	return text
}

func article(t catalog.Type) string {
	switch t {
	case catalog.Integer:
		return "a whole number"
	case catalog.Text:
		return "text"
	}
	return "a " + string(t)
}

func tableNames(ds *catalog.Dataset) []string {
	names := make([]string, len(ds.Tables))
	for i := range ds.Tables {
		names[i] = string(ds.Tables[i].ID)
	}
	return names
}

package cohort

import (
	"fmt"
	"strings"
	"unicode"

	"vitrine/backend/catalog"
	"vitrine/backend/jsondoc"
)

const (
	maxRules  = 200
	maxValues = 10_000
)

// Parse reads a definition. Every finding carries its JSON pointer.
func Parse(data []byte) (*Definition, error) {
	node, err := jsondoc.Parse(data, "cohort definition")
	if err != nil {
		return nil, err
	}
	def := Read(node)
	if err := node.Err(); err != nil {
		return nil, err
	}
	return def, nil
}

// Read reads a definition that stands inside a larger document; the caller asks
// the document for its findings.
func Read(node jsondoc.Node) *Definition {
	o, ok := node.Object("version", "id", "name", "dataset", "base", "include", "exclude")
	if !ok {
		return &Definition{}
	}
	readVersion(o)
	def := &Definition{
		ID:      optionalText(o.Get("id")),
		Name:    optionalText(o.Get("name")),
		Include: readRules(o.Get("include"), "include"),
		Exclude: readRules(o.Get("exclude"), "exclude"),
	}
	if n, ok := o.Need("dataset"); ok {
		def.Dataset = catalog.DatasetID(n.Text())
	}
	if n, ok := o.Need("base"); ok {
		def.Base = readBase(n)
	}
	uniqueIDs(o, def)
	return def
}

func readVersion(o jsondoc.Object) {
	if n, ok := o.Need("version"); ok {
		if v := n.Number(); v != FormatVersion {
			n.Fail("this program reads version %d of the cohort definition", FormatVersion)
		}
	}
}

func readBase(node jsondoc.Node) Base {
	o, ok := node.Object("table", "all")
	if !ok {
		return Base{}
	}
	var base Base
	if n, ok := o.Need("table"); ok {
		base.Table, base.pointer = catalog.TableID(n.Text()), n.Pointer
	}
	if n := o.Get("all"); n.Exists() {
		base.All = readPredicates(n, 0)
	}
	return base
}

func readRules(node jsondoc.Node, kind string) []Rule {
	if !node.Exists() {
		return nil
	}
	var rules []Rule
	for i, n := range node.Array(maxRules) {
		o, ok := n.Object("id", "label", "enabled", "rule")
		if !ok {
			continue
		}
		rule := Rule{ID: optionalText(o.Get("id")), Label: optionalText(o.Get("label"))}
		if rule.ID == "" {
			rule.ID = fmt.Sprintf("%s-%d", kind, i+1)
		}
		if e := o.Get("enabled"); e.Exists() {
			rule.Disabled = !e.Bool()
		}
		if r, ok := o.Need("rule"); ok {
			rule.Where = readPredicate(r, 0)
		}
		rules = append(rules, rule)
	}
	return rules
}

func uniqueIDs(o jsondoc.Object, def *Definition) {
	seen := map[string]bool{baseID: true} // the attrition's first step
	for _, group := range []struct {
		key   string
		rules []Rule
	}{{"include", def.Include}, {"exclude", def.Exclude}} {
		for _, r := range group.rules {
			if seen[r.ID] {
				o.Get(group.key).Fail("the id “%s” is taken: by another rule, or by the base", r.ID)
			}
			seen[r.ID] = true
		}
	}
}

var predicateKeys = []string{"field", "in", "between", "above", "below", "missing", "all", "any", "not"}

// maxNesting bounds and/or/not, so that sentences stay readable and recursion short.
const maxNesting = 16

func readPredicate(node jsondoc.Node, depth int) Predicate {
	p := Predicate{pointer: node.Pointer}
	o, ok := node.Object(predicateKeys...)
	if !ok {
		return p
	}
	if depth > maxNesting {
		node.Fail("conditions are nested deeper than %d levels", maxNesting)
		return p
	}
	if len(o.Keys()) == 1 && !o.Get("field").Exists() {
		return readCombination(o, p, depth)
	}
	return readComparison(o, p)
}

func readCombination(o jsondoc.Object, p Predicate, depth int) Predicate {
	switch key := o.Keys()[0]; key {
	case "all":
		p.All = readPredicates(o.Get(key), depth+1)
	case "any":
		p.Any = readPredicates(o.Get(key), depth+1)
	case "not":
		inner := readPredicate(o.Get(key), depth+1)
		p.Not = &inner
	default:
		o.Fail("“field” is missing: name the field that “%s” speaks of", key)
	}
	return p
}

func readPredicates(node jsondoc.Node, depth int) []Predicate {
	items := node.Array(maxRules)
	if len(items) == 0 {
		node.Fail("the list needs at least one condition")
	}
	list := make([]Predicate, 0, len(items))
	for _, n := range items {
		list = append(list, readPredicate(n, depth))
	}
	return list
}

func readComparison(o jsondoc.Object, p Predicate) Predicate {
	field, ok := o.Need("field")
	if !ok || len(o.Keys()) != 2 {
		o.Fail("a condition is “field” with exactly one of in, between, above, below, missing — or one of all, any, not")
		return p
	}
	p.Field = catalog.FieldID(field.Text())
	for _, key := range o.Keys() {
		n := o.Get(key)
		switch key {
		case "in":
			p.In = readValues(n)
		case "between":
			p.Between = readBetween(n)
		case "above":
			p.Above = readValue(n)
		case "below":
			p.Below = readValue(n)
		case "missing":
			missing := n.Bool()
			p.Missing = &missing
		case "all", "any", "not":
			n.Fail("“%s” cannot stand beside “field”", key)
		}
	}
	return p
}

func readValues(node jsondoc.Node) []Value {
	items := node.Array(maxValues)
	if len(items) == 0 {
		node.Fail("the list needs at least one value")
	}
	values := make([]Value, 0, len(items))
	for _, n := range items {
		if v := readValue(n); v != nil {
			values = append(values, *v)
		}
	}
	return values
}

func readBetween(node jsondoc.Node) *Between {
	items := node.Array(2)
	if len(items) != 2 {
		node.Fail("a range is [low, high]; null leaves an end open")
		return &Between{}
	}
	b := &Between{}
	if !items[0].IsNull() {
		b.Low = readValue(items[0])
	}
	if !items[1].IsNull() {
		b.High = readValue(items[1])
	}
	if b.Low == nil && b.High == nil {
		node.Fail("at least one end of the range must be given")
	}
	return b
}

func readValue(node jsondoc.Node) *Value {
	switch {
	case node.IsNumber():
		return &Value{Number: node.Number()}
	case node.IsText():
		return &Value{Text: node.Text(), IsText: true}
	case node.IsBool():
		v := Value{IsBool: true}
		if node.Bool() {
			v.Number = 1
		}
		return &v
	}
	node.Fail("a value is a number, text in quotes, true or false")
	return nil
}

// optionalText reads what people will see, on a terminal too.
func optionalText(n jsondoc.Node) string {
	if !n.Exists() {
		return ""
	}
	text := n.Text()
	if strings.ContainsFunc(text, unicode.IsControl) {
		n.Fail("this has characters that cannot be shown")
	}
	return text
}

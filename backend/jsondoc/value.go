package jsondoc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"vitrine/backend/problem"
)

// Object is a node known to be an object, and the keys it has.
type Object struct {
	Node
	members []member
}

// Object takes the node as an object whose keys are among allowed; any other
// key is a finding that offers the nearest allowed one.
func (n Node) Object(allowed ...string) (Object, bool) {
	members, ok := n.value.([]member)
	if !ok {
		n.wrongType("an object {…}")
		return Object{Node: n}, false
	}
	for _, m := range members {
		if !slices.Contains(allowed, m.key) {
			n.doc.fail(n.Pointer+"/"+escape(m.key), m.line, fmt.Sprintf("“%s” is not known here; known are %s.%s",
				clip(m.key), strings.Join(allowed, ", "), problem.DidYouMean(m.key, allowed)))
		}
	}
	return Object{n, members}, true
}

// Get returns the value under a key; Exists tells whether it was written.
func (o Object) Get(key string) Node {
	for _, m := range o.members {
		if m.key == key {
			return Node{o.Pointer + "/" + escape(key), m.value, m.line, o.doc}
		}
	}
	return Node{o.Pointer + "/" + escape(key), absent{}, o.line, o.doc}
}

// Need is Get for a key that must be there.
func (o Object) Need(key string) (Node, bool) {
	n := o.Get(key)
	if !n.Exists() {
		o.Fail("“%s” is missing", key)
	}
	return n, n.Exists()
}

// Keys lists the keys in the order written.
func (o Object) Keys() []string {
	keys := make([]string, len(o.members))
	for i, m := range o.members {
		keys[i] = m.key
	}
	return keys
}

// Array takes the node as a list of at most limit items.
func (n Node) Array(limit int) []Node {
	items, ok := n.value.([]written)
	if !ok {
		n.wrongType("a list […]")
		return nil
	}
	if len(items) > limit {
		n.Fail("the list has %d items; the limit is %d", len(items), limit)
		return nil
	}
	nodes := make([]Node, len(items))
	for i, item := range items {
		nodes[i] = Node{fmt.Sprintf("%s/%d", n.Pointer, i), item.value, item.line, n.doc}
	}
	return nodes
}

// Text takes the node as a string no longer than the format allows.
func (n Node) Text() string {
	s, ok := n.value.(string)
	switch {
	case !ok:
		n.wrongType("text in quotes")
	case utf8.RuneCountInString(s) > n.doc.MaxText:
		n.Fail("the text is longer than %d characters", n.doc.MaxText)
	default:
		return s
	}
	return ""
}

// Bool takes the node as true or false.
func (n Node) Bool() bool {
	b, ok := n.value.(bool)
	if !ok {
		n.wrongType("true or false")
	}
	return b
}

// Number takes the node as a finite number.
func (n Node) Number() float64 {
	number, ok := n.value.(json.Number)
	if !ok {
		n.wrongType("a number")
		return 0
	}
	f, err := number.Float64()
	if err != nil {
		n.Fail("the number is too large")
	}
	return f
}

// IsText, IsNumber, IsBool and IsNull ask for the JSON type without a finding.
func (n Node) IsText() bool   { _, ok := n.value.(string); return ok }
func (n Node) IsNumber() bool { _, ok := n.value.(json.Number); return ok }
func (n Node) IsBool() bool   { _, ok := n.value.(bool); return ok }
func (n Node) IsNull() bool   { return n.Exists() && n.value == nil }

func (n Node) wrongType(want string) {
	n.Fail("this must be %s, not %s", want, n.kind())
}

func (n Node) kind() string {
	switch n.value.(type) {
	case []member:
		return "an object"
	case []written:
		return "a list"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case nil:
		return "null"
	}
	return "nothing"
}

// clip keeps a stray key from filling a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

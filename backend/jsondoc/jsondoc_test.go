package jsondoc_test

import (
	"strings"
	"testing"

	"vitrine/backend/jsondoc"
	"vitrine/backend/problem"
)

func parse(t *testing.T, text string) jsondoc.Node {
	t.Helper()
	node, err := jsondoc.Parse([]byte(text), "test document")
	if err != nil {
		t.Fatal(err)
	}
	return node
}

func TestSyntaxErrorsNameLineAndColumn(t *testing.T) {
	for name, c := range map[string]struct{ text, place, says string }{
		"cut":           {"{\n \"a\": [1, 2", "line 2, column 12", "ends in the middle"},
		"missing colon": {"{\"a\" 1}", "line 1, column 6", "invalid character"},
		"two documents": {"{} {}", "line 1", "more text after the end"},
		"empty":         {"", "line 1, column 1", "ends in the middle"},
		"too deep":      {strings.Repeat("[", 100), "line 1", "deeper"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jsondoc.Parse([]byte(c.text), "test document")
			p := problem.From(err)
			if p == nil || p.Code != "json-syntax" || !strings.HasPrefix(p.Place, c.place) || !strings.Contains(p.Message, c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTextIsUTF8: the decoder would read two different bytes as one replacement.
func TestTextIsUTF8(t *testing.T) {
	if got := parse(t, "\uFEFF{\"a\": \"x\"}"); !got.Exists() {
		t.Error("a byte order mark is part of the text")
	}
	for name, text := range map[string]string{"Latin-1": "{\"a\": \"caf\xe9\"}", "UTF-16": "\xff\xfe{\x00}\x00"} {
		_, err := jsondoc.Parse([]byte(text), "test document")
		if p := problem.From(err); p == nil || p.Code != "json-encoding" || p.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFindingsCarryPointersAndAreCollected(t *testing.T) {
	node := parse(t, `{"name": 3, "ruels": [], "list": [1, "two"], "name": "again", "a/b~c": true}`)
	o, _ := node.Object("name", "rules", "list")
	o.Get("name").Text()
	for _, item := range o.Get("list").Array(10) {
		item.Number()
	}
	o.Need("rules")
	got := node.Err().Error()
	for _, want := range []string{
		"At /name: this key is written twice.",
		"At /name: this must be text in quotes, not a number.",
		"At /ruels: “ruels” is not known here; known are name, rules, list. Did you mean “rules”?",
		"At /list/1: this must be a number, not text.",
		"At /a~1b~0c: “a/b~c” is not known here",
		"At /: “rules” is missing.",
		"has 6 errors",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, got)
		}
	}
}

func TestValuesOfTheRightTypePass(t *testing.T) {
	node := parse(t, `{"t": "é", "n": -1.5e3, "b": true, "z": null, "o": {"k": [1]}}`)
	o, ok := node.Object("t", "n", "b", "z", "o")
	if !ok || o.Get("t").Text() != "é" || o.Get("n").Number() != -1500 || !o.Get("b").Bool() || !o.Get("z").IsNull() {
		t.Error("a value was lost")
	}
	if raw := string(o.Get("o").Raw()); raw != `{"k":[1]}` {
		t.Errorf("raw %s", raw)
	}
	if o.Get("absent").Exists() || o.Get("absent").IsNull() || node.Err() != nil {
		t.Error("an absent key is neither there nor an error")
	}
}

func TestLimits(t *testing.T) {
	if _, err := jsondoc.Parse([]byte(strings.Repeat(" ", 1<<20+1)), "x"); problem.From(err).Code != "document-too-large" {
		t.Errorf("size: %v", err)
	}
	node := parse(t, `[1,2,3]`)
	if node.Array(2) != nil || node.Err() == nil {
		t.Error("a list over its limit is refused")
	}
	huge := parse(t, `1e999`)
	if huge.Number(); huge.Err() == nil {
		t.Error("a number beyond float64 is refused")
	}
}

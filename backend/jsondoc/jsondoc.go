// Package jsondoc reads the JSON documents that people write or receive: cohort
// definitions, analyses, dataset descriptors. It is strict where encoding/json is
// kind: an unknown or repeated key, a wrong type or trailing text is an error, and
// every finding carries its JSON pointer (RFC 6901), so that a page can mark the
// field and a person can find the line. All findings are collected before it
// gives up. Node walks a document whose objects take several forms; Decode fills
// plain structs.
package jsondoc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitrine/backend/problem"
)

// Format says what kind of document is read. The zero limits suit a document
// written by hand.
type Format struct {
	Name     string // "cohort definition", for messages
	MaxBytes int    // 0: 1 MiB
	MaxText  int    // characters of one text; 0: 1,000
	Lines    bool   // findings name the line beside the pointer
}

const (
	handWritten = 1 << 20 // bytes
	shortText   = 1000    // characters
	maxDepth    = 64
	maxFindings = 50
)

// document is one parsed document and what has been found wrong with it.
type document struct {
	Format
	data     []byte
	counted  int // bytes of data whose lines are in line
	line     int
	findings []problem.Detail
}

// Node is a value at a place in a document.
type Node struct {
	Pointer string
	value   any
	line    int
	doc     *document
}

// written is a value and the line on which it begins; member adds its key, in
// the order written.
type written struct {
	value any
	line  int
}

type member struct {
	key string
	written
}

// Parse reads one JSON value of a hand-written document.
func Parse(data []byte, name string) (Node, error) { return Format{Name: name}.Parse(data) }

// Parse reads one JSON value. A syntax error is returned at once with line and
// column; everything later goes through Fail and is returned by Err.
func (f Format) Parse(data []byte) (Node, error) {
	f.MaxBytes, f.MaxText = cmp.Or(f.MaxBytes, handWritten), cmp.Or(f.MaxText, shortText)
	if len(data) > f.MaxBytes {
		return Node{}, problem.New(problem.TooLarge, "document-too-large",
			fmt.Sprintf("The %s is larger than %d kB.", f.Name, f.MaxBytes>>10)).
			Try("Check that this is the right file.")
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // as some editors begin a file
	if !utf8.Valid(data) {
		return Node{}, problem.New(problem.Invalid, "json-encoding", fmt.Sprintf("The %s is not UTF-8 text.", f.Name)).
			Try("Save it as UTF-8 and try again.")
	}
	doc := &document{Format: f, data: data, line: 1}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	root, err := doc.read(dec, "", 0)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more text after the end of the document")
		}
	}
	if err != nil {
		return Node{}, syntaxProblem(data, syntaxOffset(data, dec, err), f.Name, err)
	}
	return Node{value: root.value, line: root.line, doc: doc}, nil
}

// syntaxOffset is where a person should look: the decoder's own offset lags
// behind by what it has read ahead.
func syntaxOffset(data []byte, dec *json.Decoder, err error) int64 {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return int64(len(bytes.TrimRight(data, " \t\r\n")))
	case errors.As(err, &syntax):
		return syntax.Offset
	}
	return dec.InputOffset()
}

func syntaxProblem(data []byte, offset int64, name string, err error) error {
	before := data[:min(int(offset), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	reason := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		reason = "the text ends in the middle"
	}
	return problem.New(problem.Invalid, "json-syntax",
		fmt.Sprintf("The %s is not valid JSON: %s.", name, strings.TrimPrefix(reason, "json: "))).
		At(fmt.Sprintf("line %d, column %d", line, column)).
		Try("Look for a missing comma, quote or bracket near this place; if the text stops there, copy it again.").Because(err)
}

// lineAt counts on to an offset; offsets only grow.
func (d *document) lineAt(offset int64) int {
	end := min(int(offset), len(d.data))
	d.line += bytes.Count(d.data[d.counted:end], []byte("\n"))
	d.counted = end
	return d.line
}

// read decodes one value token by token so that repeated keys are seen.
func (d *document) read(dec *json.Decoder, pointer string, depth int) (written, error) {
	if depth > maxDepth {
		return written{}, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	token, err := dec.Token()
	if err != nil {
		return written{}, err
	}
	w := written{token, d.lineAt(dec.InputOffset())}
	switch token {
	case json.Delim('{'):
		w.value, err = d.readObject(dec, pointer, depth)
	case json.Delim('['):
		w.value, err = d.readArray(dec, pointer, depth)
	}
	return w, err
}

func (d *document) readObject(dec *json.Decoder, pointer string, depth int) (any, error) {
	members := []member{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok {
			return nil, errors.New("a key must be text in quotes")
		}
		at := pointer + "/" + escape(key)
		value, err := d.read(dec, at, depth+1)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(members, func(m member) bool { return m.key == key }) {
			d.fail(at, value.line, "this key is written twice")
			continue
		}
		members = append(members, member{key, value})
	}
	_, err := dec.Token()
	return members, err
}

func (d *document) readArray(dec *json.Decoder, pointer string, depth int) (any, error) {
	items := []written{}
	for dec.More() {
		item, err := d.read(dec, pointer+"/"+strconv.Itoa(len(items)), depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := dec.Token()
	return items, err
}

// escape writes a key as a JSON pointer token.
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

func (d *document) fail(pointer string, line int, message string) {
	if pointer == "" {
		pointer = "/"
	}
	if d.Lines {
		pointer = fmt.Sprintf("line %d, %s", line, pointer)
	}
	if len(d.findings) < maxFindings {
		d.findings = append(d.findings, problem.Detail{Place: pointer, Message: message})
	}
}

// Err returns every finding as one problem, or nil.
func (n Node) Err() error {
	if len(n.doc.findings) == 0 {
		return nil
	}
	message := fmt.Sprintf("The %s has an error.", n.doc.Name)
	if k := len(n.doc.findings); k > 1 {
		message = fmt.Sprintf("The %s has %d errors.", n.doc.Name, k)
	}
	return problem.New(problem.Invalid, "document-invalid", message).
		With(n.doc.findings...).
		Try("Correct it there and try again.")
}

// Fail records a finding at this node.
func (n Node) Fail(format string, args ...any) {
	n.doc.fail(n.Pointer, n.line, fmt.Sprintf(format, args...))
}

// Exists reports whether the node was written at all.
func (n Node) Exists() bool { return n.doc != nil && n.value != absent{} }

// absent marks a key that an object does not have.
type absent struct{}

// Raw gives the value's JSON again, for handing on.
func (n Node) Raw() json.RawMessage {
	raw, err := json.Marshal(plain(n.value))
	if err != nil {
		panic(err) // impossible: the value came from JSON
	}
	return raw
}

// plain turns ordered members back into what encoding/json writes.
func plain(v any) any {
	switch v := v.(type) {
	case []member:
		m := make(map[string]any, len(v))
		for _, e := range v {
			m[e.key] = plain(e.value)
		}
		return m
	case []written:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e.value)
		}
		return out
	}
	return v
}

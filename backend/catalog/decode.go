package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"

	"vitrine/backend/problem"
)

// decoder fills Go structs from JSON token by token, so that every finding has
// its line and JSON pointer and one reading finds them all. The structs above are
// the only list of keys: a key without omitempty must be written.
type decoder struct {
	data     []byte
	tokens   *json.Decoder
	findings []problem.Detail
}

// maxFindings bounds what one problem lists.
const maxFindings = 50

func decode(data []byte, name string, into any) error {
	tokens := json.NewDecoder(bytes.NewReader(data))
	tokens.UseNumber()
	d := &decoder{data: data, tokens: tokens}
	err := d.value(reflect.ValueOf(into).Elem(), "")
	if err == nil {
		if _, more := tokens.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more text after the end of the descriptor")
		}
	}
	if err != nil {
		return d.syntax(name, err)
	}
	return d.err(name)
}

func (d *decoder) err(name string) error {
	if len(d.findings) == 0 {
		return nil
	}
	return problem.New(problem.Invalid, "descriptor-invalid", "The dataset descriptor cannot be used as it is.").
		At(name).With(d.findings...).Try("Correct the descriptor, or ask its publisher for a new one.")
}

func (d *decoder) syntax(name string, err error) error {
	reason := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		reason = "the text ends in the middle"
	}
	return problem.New(problem.Invalid, "descriptor-syntax",
		fmt.Sprintf("The dataset descriptor is not valid JSON: %s.", reason)).
		At(fmt.Sprintf("%s, line %d", name, d.line())).
		Try("The file may be cut short: copy it again, or ask its publisher for a new one.").Because(err)
}

func (d *decoder) line() int {
	end := min(int(d.tokens.InputOffset()), len(d.data))
	return bytes.Count(d.data[:end], []byte("\n")) + 1
}

func (d *decoder) fail(pointer, format string, args ...any) {
	if len(d.findings) < maxFindings {
		place := fmt.Sprintf("line %d, /%s", d.line(), strings.TrimPrefix(pointer, "/"))
		d.findings = append(d.findings, problem.Detail{Place: place, Message: fmt.Sprintf(format, args...)})
	}
}

// value reads the next JSON value into v.
func (d *decoder) value(v reflect.Value, pointer string) error {
	token, err := d.tokens.Token()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.Struct:
		if token == json.Delim('{') {
			return d.object(v, pointer)
		}
	case reflect.Slice:
		if token == json.Delim('[') {
			return d.list(v, pointer)
		}
	default:
		if _, nested := token.(json.Delim); !nested {
			d.scalar(v, token, pointer)
			return nil
		}
	}
	d.fail(pointer, "this must be %s", wanted(v.Kind()))
	return d.skip(token)
}

func (d *decoder) object(v reflect.Value, pointer string) error {
	keys, required := members(v.Type())
	seen := map[string]bool{}
	for d.tokens.More() {
		token, err := d.tokens.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return errors.New("a key must be text in quotes")
		}
		if err := d.member(v, keys, seen, key, pointer+"/"+escape(key)); err != nil {
			return err
		}
	}
	for _, key := range required {
		if !seen[key] {
			d.fail(pointer, "“%s” is missing", key)
		}
	}
	_, err := d.tokens.Token()
	return err
}

func (d *decoder) member(v reflect.Value, keys []string, seen map[string]bool, key, pointer string) error {
	i := index(keys, key)
	switch {
	case i < 0:
		d.fail(pointer, "“%s” is not known here.%s", key, problem.DidYouMean(key, keys))
	case seen[key]:
		d.fail(pointer, "this key is written twice")
	default:
		seen[key] = true
		return d.value(v.Field(i), pointer)
	}
	token, err := d.tokens.Token()
	if err != nil {
		return err
	}
	return d.skip(token)
}

func (d *decoder) list(v reflect.Value, pointer string) error {
	for i := 0; d.tokens.More(); i++ {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(item, pointer+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
	_, err := d.tokens.Token()
	return err
}

func (d *decoder) scalar(v reflect.Value, token json.Token, pointer string) {
	switch t := token.(type) {
	case string:
		if v.Kind() == reflect.String {
			v.SetString(t)
			return
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(t)
			return
		}
	case json.Number:
		if n, err := t.Int64(); err == nil && v.CanInt() && !v.OverflowInt(n) && n < math.MaxInt64 {
			v.SetInt(n)
			return
		}
	}
	d.fail(pointer, "this must be %s", wanted(v.Kind()))
}

// skip passes over the rest of a value whose first token has been read.
func (d *decoder) skip(token json.Token) error {
	depth := 0
	for {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if token, err = d.tokens.Token(); err != nil {
			return err
		}
	}
}

// members lists a struct's keys in field order, and those that must be written.
func members(t reflect.Type) (keys, required []string) {
	for i := range t.NumField() {
		key, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
		if options != "omitempty" {
			required = append(required, key)
		}
	}
	return keys, required
}

func index(keys []string, key string) int {
	for i, k := range keys {
		if k == key {
			return i
		}
	}
	return -1
}

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.Struct:
		return "an object {…}"
	case reflect.Slice:
		return "a list […]"
	case reflect.String:
		return "text in quotes"
	case reflect.Bool:
		return "true or false"
	}
	return "a whole number"
}

// escape writes a key as a JSON pointer token (RFC 6901).
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

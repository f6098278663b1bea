package jsondoc

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
)

// Decode fills a struct from a document. The struct is the list of keys: a key
// without omitempty must be written. Fields are structs, slices, texts, whole
// numbers and truth values.
func (f Format) Decode(data []byte, into any) error {
	node, err := f.Parse(data)
	if err != nil {
		return err
	}
	node.fill(reflect.ValueOf(into).Elem())
	return node.Err()
}

func (n Node) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		n.fillStruct(v)
	case reflect.Slice:
		for _, item := range n.Array(math.MaxInt) {
			element := reflect.New(v.Type().Elem()).Elem()
			item.fill(element)
			v.Set(reflect.Append(v, element))
		}
	case reflect.String:
		v.SetString(n.Text())
	case reflect.Bool:
		v.SetBool(n.Bool())
	default:
		v.SetInt(n.whole(v))
	}
}

func (n Node) fillStruct(v reflect.Value) {
	keys, required := keysOf(v.Type())
	o, ok := n.Object(keys...)
	if !ok {
		return
	}
	for i, key := range keys {
		if member := o.Get(key); member.Exists() {
			member.fill(v.Field(i))
		} else if required[i] {
			o.Fail("“%s” is missing", key)
		}
	}
}

// keysOf lists a struct's keys in field order, and which must be written.
func keysOf(t reflect.Type) (keys []string, required []bool) {
	for i := range t.NumField() {
		key, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
		required = append(required, options != "omitempty")
	}
	return keys, required
}

// whole takes the node as a whole number that v can hold.
func (n Node) whole(v reflect.Value) int64 {
	number, _ := n.value.(json.Number)
	whole, err := number.Int64()
	if err != nil || v.OverflowInt(whole) {
		n.wrongType("a whole number")
		return 0
	}
	return whole
}

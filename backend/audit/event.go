package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"time"
	"unicode"
	"unicode/utf8"
)

// Outcome is how an action went.
type Outcome string

const (
	Allowed Outcome = "allowed" // it may begin; for looking, also that it was done
	Denied  Outcome = "denied"
	Done    Outcome = "done"
	Failed  Outcome = "failed"
)

// Event is one line of the log.
type Event struct {
	Seq      int64          `json:"seq" doc:"1, 2, 3, … without gaps; set by the log"`
	At       time.Time      `json:"at" doc:"When it was written, UTC, microseconds; set by the log"`
	Actor    string         `json:"actor" doc:"Who, by id"`
	Door     string         `json:"door" doc:"Through which door: window, serve, cli"`
	Action   string         `json:"action"`
	Resource string         `json:"resource"`
	Outcome  Outcome        `json:"outcome" enum:"allowed,denied,done,failed"`
	Detail   map[string]any `json:"detail,omitempty" doc:"Names, hashes and counts; never a participant's value"`
	Hash     string         `json:"hash" doc:"SHA-256 of this event and the hash before it, hexadecimal; set by the log"`
}

const (
	timeFormat  = "2006-01-02T15:04:05.000000Z07:00"
	fieldLimit  = 1 << 10  // bytes
	detailLimit = 16 << 10 // bytes
)

// record is an event as its row holds it: the texts that are hashed.
type record struct {
	seq                                                 int64
	at, actor, door, action, resource, outcome, details string
	hash                                                []byte
}

// newRecord checks an event and puts it into the form that is stored. The time
// and the number are the log's.
func newRecord(e Event, now time.Time) (record, error) {
	details, err := canonical(e.Detail)
	if err != nil {
		return record{}, err
	}
	r := record{
		at: now.UTC().Format(timeFormat), actor: e.Actor, door: e.Door, action: e.Action,
		resource: e.Resource, outcome: string(e.Outcome), details: details,
	}
	switch e.Outcome {
	case Allowed, Denied, Done, Failed:
	default:
		return record{}, errors.New("an event's outcome is not one of allowed, denied, done, failed")
	}
	if e.Actor == "" || e.Action == "" {
		return record{}, errors.New("an event needs an actor and an action")
	}
	for _, text := range []string{r.actor, r.door, r.action, r.resource} {
		if err := printable(text); err != nil {
			return record{}, err
		}
	}
	return r, nil
}

// printable keeps a name from forging lines in what people read of the log.
func printable(text string) error {
	if len(text) > fieldLimit {
		return fmt.Errorf("an event's field is longer than %d bytes", fieldLimit)
	}
	if !utf8.ValidString(text) {
		return errors.New("an event's field is not UTF-8")
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return errors.New("an event's field holds a control character")
		}
	}
	return nil
}

// canonical is the one JSON text of a detail: keys sorted, nothing escaped that
// need not be.
func canonical(detail map[string]any) (string, error) {
	if len(detail) == 0 {
		return "{}", nil
	}
	for key, value := range detail {
		if err := plain(value); err != nil {
			return "", fmt.Errorf("detail %q: %w", key, err)
		}
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	if err := out.Encode(detail); err != nil {
		return "", fmt.Errorf("write an event's detail: %w", err)
	}
	if text.Len() > detailLimit {
		return "", fmt.Errorf("an event's detail is longer than %d bytes", detailLimit)
	}
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}

// plain lets strings, booleans and numbers through. Lists and objects are where
// participants' values would slip in.
func plain(value any) error {
	v := reflect.ValueOf(value)
	switch {
	case !v.IsValid():
		return errors.New("nothing is not a value")
	case v.Kind() == reflect.String:
		if !utf8.ValidString(v.String()) {
			return errors.New("the text is not UTF-8")
		}
		return nil
	case v.Kind() == reflect.Bool, v.CanInt(), v.CanUint():
		return nil
	case v.CanFloat():
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			return errors.New("the number is not finite")
		}
		return nil
	}
	return fmt.Errorf("%s is not a text, a truth value or a number", v.Type())
}

// parseDetail reads back what canonical wrote; whole numbers are int64.
func parseDetail(text string) (map[string]any, error) {
	in := json.NewDecoder(bytes.NewReader([]byte(text)))
	in.UseNumber()
	var detail map[string]any
	if err := in.Decode(&detail); err != nil {
		return nil, err
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	for key, value := range detail {
		number, ok := value.(json.Number)
		if !ok {
			continue
		}
		if whole, err := number.Int64(); err == nil {
			detail[key] = whole
		} else if detail[key], err = number.Float64(); err != nil {
			return nil, err
		}
	}
	if len(detail) == 0 {
		return nil, nil
	}
	return detail, nil
}

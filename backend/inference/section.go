package inference

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"vitrine/backend/problem"
)

const saveAgain = "Save the model again with LightGBM's save_model() and import that file."

// refuse is a problem with the model file at a place in it.
func refuse(code, place, message string) *problem.Problem {
	return problem.New(problem.Invalid, code, message).At(place).Try(saveAgain)
}

// truncated is the problem of a file that ends too early.
func truncated(place, message string) *problem.Problem {
	return problem.New(problem.Invalid, "model-truncated", "The model file is cut: "+message).At(place).
		Try("Copy the whole file again from where the model was trained, and compare the two sizes.")
}

// clip keeps a name from the file short enough for a sentence.
func clip(name string) string {
	const longest = 60
	if len(name) <= longest {
		return name
	}
	return strings.ToValidUTF8(name[:longest], "") + "…"
}

// lines hands out the lines of a file without their ends, counting from 1.
type lines struct {
	rest   []byte
	number int // of the line handed out last
}

func (l *lines) next() (string, bool) {
	if len(l.rest) == 0 {
		return "", false
	}
	line, rest, _ := bytes.Cut(l.rest, []byte("\n"))
	l.rest = rest
	l.number++
	return string(bytes.TrimSuffix(line, []byte("\r"))), true
}

// section is a run of key=value lines: the header or one tree.
type section struct {
	name   string // for places: "header", "tree 12"
	line   int    // where it starts
	fields map[string]field
}

type field struct {
	text string
	line int
}

func newSection(name string, line int) *section {
	return &section{name: name, line: line, fields: map[string]field{}}
}

// add takes one line; known lists the keys that may occur. A key that is not
// known could change what the numbers mean, so it is refused, not skipped.
func (s *section) add(line string, number int, known map[string]bool) error {
	key, text, _ := strings.Cut(line, "=")
	place := fmt.Sprintf("%s, line %d", s.name, number)
	if !known[key] {
		return refuse("model-field-unknown", place, fmt.Sprintf("The model file has a line %q that LightGBM's text formats v3 and v4 do not have.", clip(key)))
	}
	if _, twice := s.fields[key]; twice {
		return refuse("model-field-repeated", place, fmt.Sprintf("The line %q occurs twice.", key))
	}
	s.fields[key] = field{text, number}
	return nil
}

func (s *section) has(key string) bool { _, ok := s.fields[key]; return ok }

// place names a field for a reader: "tree 12, left_child (line 345)".
func (s *section) place(key string) string {
	f, ok := s.fields[key]
	if !ok {
		return fmt.Sprintf("%s, from line %d", s.name, s.line)
	}
	return fmt.Sprintf("%s, %s (line %d)", s.name, key, f.line)
}

func (s *section) fault(code, key, format string, args ...any) error {
	return refuse(code, s.place(key), fmt.Sprintf(format, args...))
}

// text gives a field that must be there.
func (s *section) text(key string) (string, error) {
	f, ok := s.fields[key]
	if !ok {
		return "", s.fault("model-field-missing", key, "The line %q is missing.", key)
	}
	return f.text, nil
}

// integer gives a whole number that must be there and at least low.
func (s *section) integer(key string, low int) (int, error) {
	text, err := s.text(key)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || int(n) < low {
		return 0, s.fault("model-number", key, "%s is not a whole number of at least %d.", key, low)
	}
	return int(n), nil
}

// words gives exactly want words. The list is as long as the text, whatever a
// count elsewhere in the file claims, so no count can ask for memory.
func (s *section) words(key string, want int) ([]string, error) {
	text, err := s.text(key)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(text)
	if len(words) != want {
		return nil, s.fault("model-count", key, "%s has %d values where %d are needed.", key, len(words), want)
	}
	return words, nil
}

// integers gives want whole numbers from low to high.
func (s *section) integers(key string, want int, low, high int64) ([]int32, error) {
	words, err := s.words(key, want)
	if err != nil {
		return nil, err
	}
	out := make([]int32, len(words))
	for i, w := range words {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil || n < low || n > high {
			return nil, s.fault("model-number", key, "Value %d of %s is not a whole number from %d to %d.", i+1, key, low, high)
		}
		out[i] = int32(n)
	}
	return out, nil
}

// numbers gives want numbers, each finite.
func (s *section) numbers(key string, want int) ([]float64, error) {
	out, err := s.bounds(key, want)
	for i, x := range out {
		if math.IsInf(x, 0) {
			return nil, s.fault("model-number", key, "Value %d of %s is not a finite number.", i+1, key)
		}
	}
	return out, err
}

// bounds gives want numbers, which may be infinite but not NaN.
func (s *section) bounds(key string, want int) ([]float64, error) {
	words, err := s.words(key, want)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(words))
	for i, w := range words {
		x, err := strconv.ParseFloat(w, 64)
		if err != nil || math.IsNaN(x) {
			return nil, s.fault("model-number", key, "Value %d of %s is not a number.", i+1, key)
		}
		out[i] = x
	}
	return out, nil
}

// bitWords gives want words of 32 bits.
func (s *section) bitWords(key string, want int) ([]uint32, error) {
	texts, err := s.words(key, want)
	if err != nil {
		return nil, err
	}
	out := make([]uint32, len(texts))
	for i, w := range texts {
		n, err := strconv.ParseUint(w, 10, 32)
		if err != nil {
			return nil, s.fault("model-number", key, "Value %d of %s is not a 32-bit whole number.", i+1, key)
		}
		out[i] = uint32(n)
	}
	return out, nil
}

package cohort

import (
	"errors"
	"math"
	"time"

	"vitrine/backend/catalog"
)

// span is what a literal covers on a column's scale: first to last, both
// included. Only a day written for a timestamp covers more than one value.
type span struct{ first, last float64 }

const microsPerDay = 86_400_000_000

// operands is a literal on the scale of a column of this type: the number itself,
// days since 1970-01-01, or microseconds since then in UTC. A day written for a
// timestamp means the whole day, so that "between" two days holds what happened
// on the last one.
func operands(f *catalog.Field, v *Value) (span, error) {
	switch f.Type {
	case catalog.Date:
		day, err := time.Parse(time.DateOnly, v.Text)
		if !v.IsText || err != nil {
			return span{}, errors.New("write it as \"YYYY-MM-DD\"")
		}
		return exactly(float64(day.Unix() / 86400)), nil
	case catalog.Timestamp:
		return instants(v)
	case catalog.Boolean:
		if v.IsText {
			return span{}, errors.New("write true or false, without quotes")
		}
		return exactly(v.Number), nil
	}
	if v.IsText || v.IsBool {
		return span{}, errors.New("write the value as a number, without quotes")
	}
	return exactly(v.Number), nil
}

func instants(v *Value) (span, error) {
	if day, err := time.Parse(time.DateOnly, v.Text); v.IsText && err == nil {
		first := float64(day.UnixMicro())
		// The number before the next midnight, also where a float64 no longer holds
		// every microsecond (from the year 2255 on).
		return span{first, math.Nextafter(first+microsPerDay, math.Inf(-1))}, nil
	}
	at, err := time.Parse(time.RFC3339, v.Text)
	if !v.IsText || err != nil {
		return span{}, errors.New("write it as \"YYYY-MM-DD\" or \"YYYY-MM-DDThh:mm:ssZ\"")
	}
	return exactly(float64(at.UnixMicro())), nil
}

func exactly(x float64) span { return span{x, x} }

// mustSpan is operands for literals that Bind has passed.
func mustSpan(f *catalog.Field, v *Value) span {
	s, err := operands(f, v)
	if err != nil {
		panic("cohort: literal used before Bind: " + err.Error())
	}
	return s
}

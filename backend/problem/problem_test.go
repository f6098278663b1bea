package problem

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestErrorNamesPlaceFindingAndRemedy(t *testing.T) {
	p := New(Invalid, "csv-ragged", "The file has rows of different lengths.").
		At("visits.csv, line 7").
		With(Detail{Place: "line 7", Message: "5 values where the header has 6"}).
		Try("Export the file again.")
	want := "visits.csv, line 7: The file has rows of different lengths. " +
		"At line 7: 5 values where the header has 6. Export the file again."
	if got := p.Error(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestFromFindsTheProblemInAChain(t *testing.T) {
	inner := New(NotFound, "dataset-unknown", "There is no such dataset.")
	if got := From(fmt.Errorf("open: %w", inner)); got != inner {
		t.Errorf("From lost the problem: %v", got)
	}
}

func TestFromHidesWhatIsNotWrittenForReaders(t *testing.T) {
	secret := errors.New("row 12: value 3.14 of bili")
	p := From(secret)
	if p.Kind != Internal || !errors.Is(p, secret) {
		t.Fatalf("kind %q, cause kept: %v", p.Kind, errors.Is(p, secret))
	}
	if p.Error() == secret.Error() || From(nil) != nil {
		t.Error("an unknown error must not be shown, and nil stays nil")
	}
}

func TestFromCallsACancelledContextSuperseded(t *testing.T) {
	if p := From(fmt.Errorf("scan: %w", context.Canceled)); p.Kind != Superseded {
		t.Errorf("kind %q", p.Kind)
	}
}

func TestDidYouMeanOffersOnlyNearNames(t *testing.T) {
	names := []string{"pbc.bili", "pbc.albumin", "lung.ph.ecog"}
	for name, want := range map[string]string{
		"pbc.billi":    " Did you mean “pbc.bili”?",
		"PBC.Albumin":  " Did you mean “pbc.albumin”?",
		"veteran.trt":  "",
		"":             "",
		"lung.ph.ecgo": " Did you mean “lung.ph.ecog”?",
	} {
		if got := DidYouMean(name, names); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

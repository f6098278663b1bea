package access_test

import (
	"errors"
	"strings"
	"testing"

	"vitrine/backend/access"
	"vitrine/backend/problem"
)

func TestOwner(t *testing.T) {
	ann, bea, nobody := access.Principal{ID: "ann", Name: "Ann"}, access.Principal{ID: "bea", Name: "Ann"}, access.Principal{}
	cases := map[string]struct {
		owner, asks access.Principal
		code        string
	}{
		"the owner":                  {ann, ann, ""},
		"a new name, the same owner": {ann, access.Principal{ID: "ann", Name: "Ann Smith"}, ""},
		"another of the same name":   {ann, bea, "not-permitted"},
		"nobody":                     {ann, nobody, "not-signed-in"},
		"nobody, owned by nobody":    {nobody, nobody, "not-signed-in"},
		"somebody, owned by nobody":  {nobody, ann, "not-permitted"},
		"the owner in other letters": {ann, access.Principal{ID: "ANN"}, "not-permitted"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := access.Owner(c.owner).Allows(c.asks, "dataset.import", access.Resource{Kind: "dataset", ID: "secret-trial"})
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var p *problem.Problem
			if !errors.As(err, &p) || p.Code != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if !strings.Contains(p.Message, "import dataset") || p.Hint == "" {
				t.Errorf("it does not say what or what next: %v", p)
			}
			if strings.Contains(p.Error(), "secret-trial") {
				t.Errorf("it says what it was about: %v", p)
			}
		})
	}
}

func TestWords(t *testing.T) {
	for action, want := range map[access.Action]string{
		"dataset.import": "import dataset", "audit-log.view": "view audit log",
		"cohort.save-copy": "save copy cohort", "unlock": "unlock", "": "",
	} {
		if got := action.Words(); got != want {
			t.Errorf("%q is %q, want %q", action, got, want)
		}
	}
}

func TestResourceString(t *testing.T) {
	if got := (access.Resource{Kind: "vault"}).String(); got != "vault" {
		t.Errorf("got %q", got)
	}
	if got := (access.Resource{Kind: "dataset", ID: "pbc"}).String(); got != "dataset/pbc" {
		t.Errorf("got %q", got)
	}
}

package keys_test

import (
	"strings"
	"testing"

	"vitrine/backend/vault/keys"
)

func TestPassphrasesAreJudged(t *testing.T) {
	for text, want := range map[string]struct {
		accepted bool
		finding  string // part of one
	}{
		"violin harbour tangerine quartz": {true, ""},
		"correct horse battery staple":    {true, ""},
		"xkqvzjwpmrtb":                    {true, ""},
		"Kf7#mQ2!vR9x":                    {true, ""},
		"Straße überquert Flüsse":         {true, ""},
		"short":                           {false, "at least 12"},
		"Kf7#mQ2!vR9":                     {false, "at least 12"},
		"password1234":                    {false, "guessers try first"},
		"P@ssw0rd2026!":                   {false, "guessers try first"},
		"Hospital2026!":                   {false, "year"},
		"Sommer2026!!":                    {false, "guessers try first"},
		"aaaaaaaaaaaaaaaaaaaaaaa":         {false, "repeats"},
		"abcabcabcabcabcabc":              {false, "repeats"},
		"abcdefghijklmnop":                {false, "sequence"},
		"qwertyuiop[]":                    {false, "sequence"},
		"1234567890123456":                {false, "sequence"},
		"zyxwvutsrqpo":                    {false, "sequence"},
		"vitrinevitrinevitrine":           {false, "guessers try first"},
		"123456qwerty":                    {false, "sequence"},
		"LetMeIn123456":                   {false, "guessers try first"},
		"            ":                    {false, "repeats"},
	} {
		s := keys.Judged(text)
		if s.Acceptable() != want.accepted || s.Advice == "" {
			t.Errorf("%q: %+v", text, s)
		}
		if all := strings.Join(s.Findings, " "); !strings.Contains(all, want.finding) {
			t.Errorf("%q: findings %q", text, all)
		}
		if (s.Problem() == nil) != want.accepted {
			t.Errorf("%q: problem %v", text, s.Problem())
		}
		if p := s.Problem(); p != nil && strings.Contains(p.Error(), text) {
			t.Errorf("%q is repeated", text)
		}
	}
}

// TestMoreIsNeverJudgedWeaker: somebody who goes on typing does not watch the
// passphrase get worse.
func TestMoreIsNeverJudgedWeaker(t *testing.T) {
	order := map[keys.Level]int{keys.TooShort: 0, keys.Weak: 1, keys.Fair: 2, keys.Good: 3, keys.Strong: 4}
	text, last := "violin harbour tangerine quartz obsidian", keys.TooShort
	for n := 1; n <= len(text); n++ {
		s := keys.Judged(text[:n])
		if order[s.Level] < order[last] {
			t.Errorf("%d characters: %s after %s", n, s.Level, last)
		}
		last = s.Level
	}
	if last != keys.Strong {
		t.Errorf("in the end %s", last)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("password1234")
	f.Add("ſtraße İstanbul 20261 zyx321")
	f.Fuzz(func(t *testing.T, text string) {
		if s := keys.Judged(text); s.Level == "" || s.Bits < 0 || s.Advice == "" {
			t.Errorf("%+v", s)
		}
	})
}

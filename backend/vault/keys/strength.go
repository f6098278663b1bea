package keys

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"vitrine/backend/problem"
)

// MinPassphrase is the least number of characters of a real vault's passphrase.
const MinPassphrase = 12

// leastBits is what a passphrase must reach by the reckoning of Judge: twelve
// letters of no known word reach it, a name with a year does not.
const leastBits = 24

// Level is a passphrase's strength in a word.
type Level string

const (
	TooShort Level = "too-short"
	Weak     Level = "weak"
	Fair     Level = "fair"
	Good     Level = "good"
	Strong   Level = "strong"
)

// Strength is a rough and pessimistic estimate; it knows a few common words and
// patterns, not what is easily guessed about a person.
type Strength struct {
	Level    Level    `json:"level" doc:"too-short, weak, fair, good or strong"`
	Bits     int      `json:"bits" doc:"About how many times a guesser must double the effort"`
	Findings []string `json:"findings" doc:"What makes it weaker than it looks, as sentences"`
	Advice   string   `json:"advice"`
}

// Acceptable reports whether a real vault may have it.
func (s Strength) Acceptable() bool { return s.Level != TooShort && s.Level != Weak }

// Problem is "passphrase-weak" where it is not acceptable, and nil where it is.
func (s Strength) Problem() error {
	if s.Acceptable() {
		return nil
	}
	p := invalid("passphrase-weak", "This passphrase is too easily guessed for a vault.", s.Advice)
	for _, finding := range s.Findings {
		p.With(problem.Detail{Message: finding})
	}
	return p
}

// Judge estimates a passphrase. A run of letters counts two bits a letter, about
// what English text has; digits and signs the size of their class; repetitions,
// sequences, years and common words next to nothing.
func Judge(p *Passphrase) Strength {
	var s Strength
	err := p.use(func(text []byte) error {
		s = judge(text)
		return nil
	})
	if err != nil {
		return Strength{Level: TooShort, Advice: "Type a passphrase."}
	}
	return s
}

func judge(text []byte) Strength {
	letters := []rune(string(text))
	defer clear(letters)
	var s Strength
	length := len(letters)
	bits, marks := 0.0, findings{}
	for i := 0; i < length; {
		n, worth := nextPiece(letters[i:], i, letters, &marks)
		bits += worth
		i += n
	}
	s.Bits = int(bits)
	s.Findings = marks.sentences()
	switch {
	case length < MinPassphrase:
		s.Level = TooShort
		s.Findings = append([]string{fmt.Sprintf("It has %s; at least %d are needed.", count(length, "character"), MinPassphrase)}, s.Findings...)
	case s.Bits < leastBits:
		s.Level = Weak
	case s.Bits < 40:
		s.Level = Fair
	case s.Bits < 60:
		s.Level = Good
	default:
		s.Level = Strong
	}
	s.Advice = "Four or more words that have nothing to do with each other, or with you, are easy to keep and hard to guess."
	if s.Level == Good || s.Level == Strong {
		s.Advice = "Do not use it anywhere else."
	}
	return s
}

// findings are the patterns met.
type findings struct{ common, repeated, sequence, year bool }

func (f findings) sentences() []string {
	var out []string
	for _, one := range []struct {
		met  bool
		says string
	}{
		{f.common, "It contains a word that guessers try first."},
		{f.repeated, "Part of it repeats."},
		{f.sequence, "It contains a sequence such as 1234, abcd or qwerty."},
		{f.year, "It contains a year."},
	} {
		if one.met {
			out = append(out, one.says)
		}
	}
	return out
}

// nextPiece says how many characters the next piece has and what it is worth.
func nextPiece(rest []rune, at int, all []rune, met *findings) (int, float64) {
	if n := repeatedBefore(all, at); n >= 3 {
		met.repeated = true
		return n, 1
	}
	if n := commonWord(rest); n > 0 {
		met.common = true
		return n, 6
	}
	if n := sameRun(rest); n >= 3 {
		met.repeated = true
		return n, 4
	}
	if n := sequenceRun(rest); n >= 3 {
		met.sequence = true
		return n, 4
	}
	if isYear(rest) {
		met.year = true
		return 4, 6
	}
	if n := letterRun(rest); n > 0 {
		return wordPiece(rest[:n])
	}
	return 1, classBits(rest[0])
}

// wordPiece takes letters up to where a common word or a pattern begins. A few
// letters are worth more each than a word's: 4, 6, 8, 8, 10, 12 …
func wordPiece(run []rune) (int, float64) {
	n := 1
	for n < len(run) && commonWord(run[n:]) == 0 && sequenceRun(run[n:]) < 3 && sameRun(run[n:]) < 3 {
		n++
	}
	if n < 3 {
		return n, 2 + 2*float64(n)
	}
	return n, max(8, 2*float64(n))
}

// classBits is what a character that is no letter is worth.
func classBits(r rune) float64 {
	switch {
	case r == ' ':
		return 1
	case unicode.IsDigit(r):
		return math.Log2(10)
	}
	return 5
}

// repeatedBefore gives the length of the longest piece from at on that is in the
// text before it.
func repeatedBefore(all []rune, at int) int {
	longest := 0
	for from := 0; from < at; from++ {
		n := 0
		for at+n < len(all) && from+n < at && fold(all[from+n]) == fold(all[at+n]) {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

func sameRun(rest []rune) int {
	n := 1
	for n < len(rest) && fold(rest[n]) == fold(rest[0]) {
		n++
	}
	return n
}

// rows are the keyboards' rows; letters and digits in order are found besides.
var rows = []string{"qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"}

// sequenceRun gives the length of a run up or down the alphabet, the digits or a
// row of the keyboard.
func sequenceRun(rest []rune) int {
	longest := 1
	for _, step := range []rune{1, -1} {
		n := 1
		for n < len(rest) && alphanumeric(rest[n-1]) && alphanumeric(rest[n]) && fold(rest[n])-fold(rest[n-1]) == step {
			n++
		}
		longest = max(longest, n)
	}
	for _, row := range rows {
		longest = max(longest, rowRun(rest, row), rowRun(rest, backwards(row)))
	}
	return longest
}

func rowRun(rest []rune, row string) int {
	at := strings.IndexRune(row, fold(rest[0]))
	if at < 0 {
		return 1
	}
	n := 1
	for n < len(rest) && at+n < len(row) && fold(rest[n]) == rune(row[at+n]) {
		n++
	}
	return n
}

func backwards(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func isYear(rest []rune) bool {
	if len(rest) < 4 || len(rest) > 4 && unicode.IsDigit(rest[4]) {
		return false
	}
	year := 0
	for _, r := range rest[:4] {
		if r < '0' || r > '9' {
			return false
		}
		year = 10*year + int(r-'0')
	}
	return year >= 1900 && year < 2100
}

func letterRun(rest []rune) int {
	n := 0
	for n < len(rest) && unicode.IsLetter(rest[n]) {
		n++
	}
	return n
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func fold(r rune) rune { return unicode.ToLower(r) }

// commonWord gives the length of the common word that rest begins with, read with
// the usual digits and signs for letters.
func commonWord(rest []rune) int {
	longest := 0
	for _, word := range common {
		if len(word) > longest && len(word) <= len(rest) && spells(rest, word) {
			longest = len(word)
		}
	}
	return longest
}

func spells(rest []rune, word string) bool {
	for i, want := range word {
		r := fold(rest[i])
		if r != want && !strings.ContainsRune(stands[want], r) {
			return false
		}
	}
	return true
}

// stands lists what people type for a letter.
var stands = map[rune]string{'a': "4@", 'e': "3", 'i': "1!", 'l': "1", 'o': "0", 's': "5$", 't': "7", 'g': "9"}

// common is a short list of our own: what people who are asked for a password in
// a clinic write, and words guessers are known to begin with. ASCII, lower case.
var common = []string{
	"password", "passwort", "passphrase", "passw", "kennwort", "motdepasse", "contrasena", "secret", "geheim", "letmein", "welcome", "willkommen", "bienvenue",
	"admin", "administrator", "root", "user", "guest", "login", "default", "changeme", "master", "access", "test", "temp", "demo", "sample", "example",
	"hospital", "clinic", "klinik", "doctor", "nurse", "medical", "medicine", "health", "patient", "participant", "research", "study", "trial", "registry", "ward", "pharma", "surgery", "vitrine", "vault",
	"spring", "summer", "autumn", "winter", "sommer", "herbst", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
	"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
	"love", "iloveyou", "dragon", "monkey", "football", "baseball", "sunshine", "princess", "shadow", "superman", "batman", "michael", "jordan", "charlie", "daniel", "jessica",
	"hello", "hallo", "bonjour", "computer", "internet", "server", "windows", "google", "apple", "microsoft", "trustno", "starwars", "whatever", "freedom", "cheese", "coffee", "soccer", "hockey", "liverpool", "arsenal", "berlin", "london", "paris",
}

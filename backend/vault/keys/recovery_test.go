package keys_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"vitrine/backend/vault/keys"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codes gives recovery codes of vaults.
func codes(t testing.TB, n int) (out []string) {
	t.Helper()
	f, r, code := create(t, options(keys.FIPS, nil))
	for out = []string{code}; len(out) < n; {
		_, c, err := f.AddRecovery(r, "paper", noon)
		must(t, err)
		out = append(out, c.Reveal())
	}
	return out
}

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	f, r, code := create(t, options(keys.Standard, nil))
	s := hide(t, r)
	if len(code) != 48 || strings.Count(code, "-") != 6 {
		t.Fatalf("a code of %d characters", len(code))
	}
	for name, typed := range map[string]string{
		"as printed":       code,
		"lower case":       strings.ToLower(code),
		"no dashes":        strings.ReplaceAll(code, "-", ""),
		"spaces":           "  " + strings.ReplaceAll(code, "-", "  ") + "\n",
		"long dashes":      strings.ReplaceAll(code, "-", " – "),
		"letter by letter": strings.Join(strings.Split(code, ""), " "),
		"O for 0":          strings.ReplaceAll(code, "0", "O"),
		"I and l for 1":    strings.Replace(strings.ReplaceAll(code, "1", "I"), "I", "l", 1),
		"u for V":          strings.ReplaceAll(code, "V", "u"),
		"pasted with BOM":  "\ufeff" + code,
	} {
		got, err := f.UnlockRecovery(typed, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.checkOpens(t, got, err)
	}
}

func TestEveryWrongCharacterIsFoundInItsGroup(t *testing.T) {
	for _, code := range codes(t, 3) {
		plain := strings.ReplaceAll(code, "-", "")
		for i := range plain {
			for _, other := range alphabet {
				if byte(other) == plain[i] {
					continue
				}
				wantTypo(t, plain[:i]+string(other)+plain[i+1:], fmt.Sprintf("group %d", i/6+1))
			}
		}
	}
}

func TestSwappedNeighboursAndGroupsAreFound(t *testing.T) {
	for _, code := range codes(t, 20) {
		plain := []byte(strings.ReplaceAll(code, "-", ""))
		for i := range len(plain) - 1 {
			if plain[i] == plain[i+1] {
				continue
			}
			plain[i], plain[i+1] = plain[i+1], plain[i]
			if c, err := keys.ParseRecoveryCode(string(plain)); err == nil {
				t.Errorf("neighbours swapped at %d are taken for %v", i, c)
			}
			plain[i], plain[i+1] = plain[i+1], plain[i]
		}
		groups := strings.Split(code, "-")
		for i := range groups {
			for j := range i {
				if groups[i] == groups[j] {
					continue
				}
				groups[i], groups[j] = groups[j], groups[i]
				wantTypo(t, strings.Join(groups, "-"), fmt.Sprintf("group %d", j+1))
				groups[i], groups[j] = groups[j], groups[i]
			}
		}
	}
}

func TestMissingAndStrangeCharactersAreNamed(t *testing.T) {
	code := codes(t, 1)[0]
	wantTypo(t, code[:19]+"*"+code[20:], "group 3, character 6")
	wantTypo(t, code+"A", "")
	wantTypo(t, "", "group 1")
	wantTypo(t, code[:7], "group 2")
	wantTypo(t, code[:47], "group 7")
	wantTypo(t, code[:8]+code[9:], "") // in group 2, or near it
}

// TestRandomCodesDoNotPass: twenty wrong bits on top of 35 checked ones.
func TestRandomCodesDoNotPass(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		typed := make([]byte, 42)
		for i := range typed {
			typed[i] = alphabet[random.IntN(32)]
		}
		if _, err := keys.ParseRecoveryCode(string(typed)); err == nil {
			t.Fatal("a random code is taken")
		}
	}
}

// wantTypo wants the problem of a mistyped code, whose first place is the given
// one; nothing of the code may be repeated.
func wantTypo(t *testing.T, typed, place string) {
	t.Helper()
	_, err := keys.ParseRecoveryCode(typed)
	p := wantCode(t, err, "recovery-code-typo")
	if place != "" && (len(p.Details) == 0 || p.Details[0].Place != place) {
		t.Errorf("want %s, got %v", place, p)
	}
	for _, group := range strings.Split(typed, "-") {
		if len(group) == 6 && strings.Contains(p.Error(), group) {
			t.Error("the problem repeats the code")
		}
	}
}

func FuzzRecoveryCode(f *testing.F) {
	f.Add(codes(f, 1)[0])
	f.Add("o0-iIlL uUvV – \u2212")
	f.Add(strings.Repeat("0", 42))
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := keys.ParseRecoveryCode(typed)
		if err != nil {
			wantCode(t, err, "recovery-code-typo")
			return
		}
		again, err := keys.ParseRecoveryCode(c.Reveal())
		must(t, err)
		if again.Reveal() != c.Reveal() {
			t.Error("a code is spelt in two ways")
		}
	})
}

package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"vitrine/backend/problem"
)

// The alphabet is Douglas Crockford's base 32: no I, L, O or U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeBytes   = 20 // 160 bits
	codeGroups  = 7
	groupData   = 5 // symbols of five bits
	groupSize   = groupData + 1
	codeSymbols = codeGroups * groupSize
)

// RecoveryCode is 160 random bits that a person keeps on paper. It prints as
// "[secret]"; Reveal is the one way to see it.
type RecoveryCode struct {
	redacted
	mem *memory
}

func newRecoveryCode() *RecoveryCode {
	c := &RecoveryCode{mem: newMemory(codeBytes)}
	_ = c.mem.use(func(b []byte) error { _, err := rand.Read(b); return err }) // rand.Read never fails
	return c
}

// Reveal spells the code for printing: seven groups of six with dashes between.
// "" once it is destroyed.
func (c *RecoveryCode) Reveal() string {
	var text string
	_ = c.mem.use(func(b []byte) error {
		text = spell(b)
		return nil
	})
	return text
}

// Destroy zeroes the code; twice is harmless.
func (c *RecoveryCode) Destroy() {
	if c != nil {
		c.mem.destroy()
	}
}

// spell writes 20 bytes as seven groups with a check symbol each.
func spell(secret []byte) string {
	symbols := symbolsOf(secret)
	defer wipe(symbols)
	var b strings.Builder
	for g := range codeGroups {
		if g > 0 {
			b.WriteByte('-')
		}
		group := symbols[g*groupData : (g+1)*groupData]
		for _, s := range group {
			b.WriteByte(alphabet[s])
		}
		b.WriteByte(alphabet[checkSymbol(group, g)])
	}
	return b.String()
}

// symbolsOf cuts the 160 bits and the first 15 of their hash into 35 symbols.
func symbolsOf(secret []byte) []byte {
	sum := sha256.Sum256(append([]byte("vitrine recovery code 1"), secret...))
	bits := append(append(make([]byte, 0, codeBytes+2), secret...), sum[:2]...)
	defer wipe(bits)
	symbols := make([]byte, codeGroups*groupData)
	for i := range symbols {
		for j := range 5 {
			n := 5*i + j
			symbols[i] = symbols[i]<<1 | bits[n/8]>>(7-n%8)&1
		}
	}
	return symbols
}

// bytesOf is the inverse of symbolsOf for the 160 bits.
func bytesOf(symbols []byte) []byte {
	secret := make([]byte, codeBytes)
	for n := range 8 * codeBytes {
		secret[n/8] = secret[n/8]<<1 | symbols[n/5]>>(4-n%5)&1
	}
	return secret
}

// checkSymbol weighs each symbol of a group with a power of α of its own, and
// the group's number with another, so that one wrong symbol, two neighbours
// swapped and groups swapped all change it.
func checkSymbol(group []byte, number int) byte {
	var sum, weight byte = 0, 2
	for _, s := range group {
		sum ^= timesGF32(weight, s)
		weight = timesGF32(weight, 2)
	}
	return sum ^ timesGF32(weight, byte(number+1))
}

// timesGF32 multiplies in GF(32) with the polynomial x⁵+x²+1.
func timesGF32(a, b byte) byte {
	var product byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a&0x20 != 0 {
			a ^= 0x25
		}
	}
	return product
}

// ParseRecoveryCode reads what a person typed: case, spaces and dashes do not
// count, O is read as 0, I and L as 1, U as V. Problem: "recovery-code-typo" with
// the character or group that cannot be right, found without any slow work.
func ParseRecoveryCode(typed string) (*RecoveryCode, error) {
	symbols, err := readSymbols(typed)
	defer wipe(symbols)
	if err != nil {
		return nil, err
	}
	data := make([]byte, 0, codeGroups*groupData)
	defer func() { wipe(data) }()
	var wrong []problem.Detail
	for g := range codeGroups {
		group := symbols[g*groupSize : (g+1)*groupSize]
		if checkSymbol(group[:groupData], g) != group[groupData] {
			wrong = append(wrong, problem.Detail{Place: fmt.Sprintf("group %d", g+1), Message: "its six characters do not belong together"})
		}
		data = append(data, group[:groupData]...)
	}
	if len(wrong) > 0 {
		return nil, typo("The recovery code has a typing error.").With(wrong...)
	}
	secret := bytesOf(data)
	defer wipe(secret)
	if again := symbolsOf(secret); string(again) != string(data) {
		return nil, typo("The recovery code has typing errors in more than one place.")
	}
	c := &RecoveryCode{mem: newMemory(codeBytes)}
	_ = c.mem.use(func(to []byte) error { copy(to, secret); return nil })
	return c, nil
}

// readSymbols gives the value of each of the 42 characters.
func readSymbols(typed string) ([]byte, error) {
	symbols := make([]byte, 0, codeSymbols)
	for _, r := range typed {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("._\u2212\u00ad\ufeff\u200b", r) {
			continue
		}
		value := strings.IndexRune(alphabet, lookAlike(r))
		if value < 0 || len(symbols) == codeSymbols {
			return symbols, badSymbol(len(symbols))
		}
		symbols = append(symbols, byte(value))
	}
	if len(symbols) < codeSymbols {
		return symbols, tooShort(symbols)
	}
	return symbols, nil
}

func lookAlike(r rune) rune {
	switch r = unicode.ToUpper(r); r {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	case 'U':
		return 'V'
	}
	return r
}

func badSymbol(at int) error {
	if at == codeSymbols {
		return typo(fmt.Sprintf("The recovery code has more than its %d characters.", codeSymbols))
	}
	place := fmt.Sprintf("group %d, character %d", at/groupSize+1, at%groupSize+1)
	return typo("The recovery code has a typing error.").
		With(problem.Detail{Place: place, Message: "no code has this character"})
}

// tooShort names the first group that is not right: there a character was left out.
func tooShort(symbols []byte) error {
	p := typo(fmt.Sprintf("The recovery code has %d characters, and %s.", codeSymbols, typedCount(len(symbols))))
	for g := range codeGroups {
		end := (g + 1) * groupSize
		if end > len(symbols) || checkSymbol(symbols[g*groupSize:end-1], g) != symbols[end-1] {
			return p.With(problem.Detail{Place: fmt.Sprintf("group %d", g+1), Message: "something is missing in it or near it"})
		}
	}
	return p
}

func typedCount(n int) string {
	if n == 1 {
		return "1 was typed"
	}
	return fmt.Sprintf("%d were typed", n)
}

func typo(message string) *problem.Problem {
	return invalid("recovery-code-typo", message, "Compare it with the printed code, group by group.")
}

// sealRecovery fills w so that the code opens the vault key. The code is as long
// as a key, so nothing slow is needed.
func (w *wrap) sealRecovery(d *document, vaultKey *Key, c *RecoveryCode) error {
	w.Kind, w.Renew, w.Salt = KindRecovery, false, newSalt()
	under, err := w.recoveryKey(d, c)
	if err != nil {
		return err
	}
	defer under.Destroy()
	w.Sealed, err = seal(under, vaultKey, w.aad(d))
	return err
}

func (w *wrap) openRecovery(d *document, c *RecoveryCode) (*Key, error) {
	under, err := w.recoveryKey(d, c)
	if err != nil {
		return nil, err
	}
	defer under.Destroy()
	return unseal(under, w.Sealed, w.aad(d))
}

func (w *wrap) recoveryKey(d *document, c *RecoveryCode) (*Key, error) {
	var key *Key
	err := c.mem.use(func(b []byte) (err error) {
		key, err = derive(b, w.Salt, newSequence("vitrine key file 1: recovery").text(d.Vault).text(w.ID))
		return err
	})
	return key, err
}

// UnlockRecovery opens the vault with a recovery code as it was typed, and ends
// any waiting that wrong passphrases brought. It never waits itself: 160 bits
// cannot be guessed.
//
// Problems: "recovery-code-typo", "recovery-code-wrong", "wrap-absent",
// "wrap-renew", "vault-keys-edited".
func (f *File) UnlockRecovery(typed string, guard *Guard) (*Ring, error) {
	code, err := ParseRecoveryCode(typed)
	if err != nil {
		return nil, err
	}
	defer code.Destroy()
	_, key, err := f.openWithCode(code)
	if err != nil {
		return nil, err
	}
	guard.succeeded()
	return f.ring(key)
}

// openWithCode finds the wrap that a code opens.
func (f *File) openWithCode(code *RecoveryCode) (*wrap, *Key, error) {
	wraps, err := f.openable(KindRecovery, "a recovery code")
	if err != nil {
		return nil, nil, err
	}
	for _, w := range wraps {
		key, err := w.openRecovery(&f.doc, code)
		if err == nil {
			return w, key, nil
		}
		if !errors.Is(err, errSeal) {
			return nil, nil, err
		}
	}
	return nil, nil, problem.New(problem.Forbidden, "recovery-code-wrong",
		"This recovery code is spelt correctly, and is not one of this vault.").
		Try("It may be of another vault, or have been replaced by a newer one.")
}

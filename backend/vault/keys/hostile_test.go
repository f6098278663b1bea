package keys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

// full is a file with one of everything, and what opens it.
type full struct {
	file     *keys.File
	ring     *keys.Ring
	devices  *keychain
	code     string
	identity []byte
	secret   secret
}

func newFull(t testing.TB, profile keys.Profile) full {
	t.Helper()
	public, identity, err := keys.GenerateEscrow(profile)
	must(t, err)
	devices := newKeychain()
	o := options(profile, devices)
	o.Escrow = []string{public}
	f, r, code := create(t, o)
	s := hide(t, r)
	f, err = f.SetFact(r, "created_at", "2026-11-22T12:00:00Z")
	must(t, err)
	f, err = f.ConfirmRecovery(r, code)
	must(t, err)
	rotated, err := f.Rotate(r, keys.Secrets{Passphrase: words(t, ownWords), Devices: devices, Recovery: code})
	must(t, err)
	if len(rotated.Renew) != 0 {
		t.Fatalf("to be renewed: %+v", rotated.Renew)
	}
	t.Cleanup(rotated.Ring.Destroy)
	return full{rotated.File, rotated.Ring, devices, code, identity, s}
}

// opens tries every way and reports those that opened.
func (w full) opens(t testing.TB, f *keys.File) (ways []string) {
	t.Helper()
	for way, unlock := range map[string]func() (*keys.Ring, error){
		"passphrase": func() (*keys.Ring, error) { return f.UnlockPassphrase(words(t, ownWords), w.devices, nil) },
		"recovery":   func() (*keys.Ring, error) { return f.UnlockRecovery(w.code, nil) },
		"escrow":     func() (*keys.Ring, error) { return f.UnlockEscrow(w.identity) },
	} {
		r, err := unlock()
		if err == nil {
			r.Destroy()
			ways = append(ways, way)
			continue
		}
		var p *problem.Problem
		if !errors.As(err, &p) {
			t.Errorf("%s: not in words for a person: %v", way, err)
		}
	}
	return ways
}

func TestEverythingInTheFileOpensBeforeItIsTouched(t *testing.T) {
	for _, profile := range profiles {
		w := newFull(t, profile)
		if ways := w.opens(t, reread(t, w.file)); len(ways) != 3 {
			t.Errorf("%s: only %v", profile, ways)
		}
	}
}

func TestEveryFlippedBitIsFoundWithoutAKey(t *testing.T) {
	t.Parallel()
	data := encode(t, newFull(t, keys.Standard).file)
	for i := range data {
		for bit := range 8 {
			changed := bytes.Clone(data)
			changed[i] ^= 1 << bit
			_, err := keys.ParseCheap(changed)
			var p *problem.Problem
			if !errors.As(err, &p) || p.Code != "vault-keys-damaged" && p.Code != "vault-newer" {
				t.Fatalf("bit %d of byte %d: %v", bit, i, err)
			}
		}
	}
}

func TestEveryCutFileIsFoundWithoutAKey(t *testing.T) {
	data := encode(t, newFull(t, keys.Standard).file)
	for n := range data {
		_, err := keys.ParseCheap(data[:n])
		wantCode(t, err, "vault-keys-damaged")
	}
}

// leaf is one value in a document, with how to change it.
type leaf struct {
	path string
	set  func(any)
	old  any
}

// leaves lists all values of a document that hold no others.
func leaves(path string, value any, set func(any)) []leaf {
	switch v := value.(type) {
	case map[string]any:
		var out []leaf
		for name, inner := range v {
			out = append(out, leaves(path+"/"+name, inner, func(x any) { v[name] = x })...)
		}
		return out
	case []any:
		var out []leaf
		for i, inner := range v {
			out = append(out, leaves(fmt.Sprintf("%s/%d", path, i), inner, func(x any) { v[i] = x })...)
		}
		return out
	}
	return []leaf{{path, set, value}}
}

// others gives values near a value: what an attacker would try.
func others(value any) []any {
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case float64:
		return []any{v + 1, v - 1, v * 2, v / 2, 0.0}
	case string:
		out := []any{"", v + "x", "none", "standard", "fips", "argon2id", "recovery"}
		if raw, err := base64.StdEncoding.DecodeString(v); err == nil && len(raw) > 0 {
			raw[0] ^= 1
			out = append(out, base64.StdEncoding.EncodeToString(raw))
			raw[0], raw[len(raw)-1] = raw[0]^1, raw[len(raw)-1]^1
			out = append(out, base64.StdEncoding.EncodeToString(raw))
		}
		if last := len(v) - 1; last >= 0 && v[last] == '1' {
			return append(out, v[:last]+"2")
		} else if last >= 0 {
			return append(out, v[:last]+"1")
		}
		return out
	}
	return nil
}

// TestNoEditedValueOpens changes every value in the file, gives it the digest that
// belongs to it, and tries every way to open it.
func TestNoEditedValueOpens(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles {
		t.Run(string(profile), func(t *testing.T) {
			w := newFull(t, profile)
			data := encode(t, w.file)
			var doc any
			must(t, json.Unmarshal(data, &doc))
			edits, reached := 0, 0
			for _, l := range leaves("", doc, nil) {
				if l.path == "/digest" {
					continue
				}
				for _, other := range others(l.old) {
					if fmt.Sprint(other) == fmt.Sprint(l.old) {
						continue
					}
					l.set(other)
					edits++
					if w.tryEdited(t, fmt.Sprintf("%s = %v", l.path, other), doc) {
						reached++
					}
				}
				l.set(l.old)
			}
			t.Logf("%d edits, of which %d were well formed", edits, reached)
			if reached < 20 {
				t.Error("too few edits got as far as the keys")
			}
		})
	}
}

// tryEdited reports whether the edit was well formed, and fails where it opens.
func (w full) tryEdited(t *testing.T, what string, doc any) bool {
	t.Helper()
	data, err := json.Marshal(doc)
	must(t, err)
	data, err = keys.Redigest(data)
	if err != nil {
		return false
	}
	f, err := keys.ParseCheap(data)
	if err != nil {
		return false
	}
	if ways := w.opens(t, f); len(ways) > 0 {
		t.Errorf("%s: still opens by %v", what, ways)
	}
	if _, err := f.SetFact(w.ring, "blessed", "1"); err == nil {
		t.Errorf("%s: an edited file was changed and authenticated anew", what)
	}
	return true
}

// TestStructuralEditsAreFound takes wraps and earlier keys out, and puts others in.
func TestStructuralEditsAreFound(t *testing.T) {
	w, other := newFull(t, keys.Standard), newFull(t, keys.Standard)
	type document = map[string]any
	read := func(f *keys.File) (d document) {
		must(t, json.Unmarshal(encode(t, f), &d))
		return d
	}
	wraps := func(d document) []any { return d["wraps"].([]any) }
	for name, edit := range map[string]func(d document){
		"passphrase removed":            func(d document) { d["wraps"] = wraps(d)[1:] },
		"recovery removed":              func(d document) { d["wraps"] = append(wraps(d)[:1:1], wraps(d)[2:]...) },
		"escrow removed":                func(d document) { d["wraps"] = wraps(d)[:2] },
		"order changed":                 func(d document) { wraps(d)[0], wraps(d)[1] = wraps(d)[1], wraps(d)[0] },
		"another vault's wrap added":    func(d document) { d["wraps"] = append(wraps(d), wraps(read(other.file))[0]) },
		"another vault's wrap replaces": func(d document) { wraps(d)[2] = wraps(read(other.file))[2] },
		"earlier key removed":           func(d document) { delete(d, "previous") },
		"fact removed":                  func(d document) { delete(d, "facts") },
		"fact added":                    func(d document) { d["facts"].(document)["counter"] = "1" },
		"mac of another generation":     func(d document) { d["mac"] = read(other.file)["mac"] },
	} {
		t.Run(name, func(t *testing.T) {
			doc := read(w.file)
			edit(doc)
			if !w.tryEdited(t, name, doc) {
				t.Error("not well formed: the test tests nothing")
			}
		})
	}
}

// TestAnotherWayTellsAnEditedFileFromAWrongSecret is what a person does who is
// certain of the passphrase.
func TestAnotherWayTellsAnEditedFileFromAWrongSecret(t *testing.T) {
	w := newFull(t, keys.Standard)
	var doc map[string]any
	must(t, json.Unmarshal(encode(t, w.file), &doc))
	kdf := doc["wraps"].([]any)[0].(map[string]any)["kdf"].(map[string]any)
	kdf["passes"] = kdf["passes"].(float64) + 1
	data, err := json.Marshal(doc)
	must(t, err)
	data, err = keys.Redigest(data)
	must(t, err)
	f, err := keys.ParseCheap(data)
	must(t, err)
	_, err = f.UnlockPassphrase(words(t, ownWords), w.devices, nil)
	wantCode(t, err, "passphrase-wrong")
	_, err = f.UnlockRecovery(w.code, nil)
	wantCode(t, err, "vault-keys-edited")
}

func TestHostileFilesAreRefusedAtReading(t *testing.T) {
	good := string(encode(t, newFull(t, keys.Standard).file))
	swap := func(old, new string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("the file holds no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct{ text, code string }{
		"empty":                {"", "vault-keys-damaged"},
		"null":                 {"null", "vault-keys-damaged"},
		"array":                {"[]", "vault-keys-damaged"},
		"no version":           {"{}", "vault-keys-damaged"},
		"version 0":            {swap(`"version":1`, `"version":0`), "vault-keys-damaged"},
		"version as text":      {swap(`"version":1`, `"version":"1"`), "vault-keys-damaged"},
		"newer":                {`{"version":2,"anything":[1]}`, "vault-newer"},
		"field twice":          {swap(`"version":1`, `"version":1,"version":1`), "vault-keys-damaged"},
		"field in other case":  {swap(`"epoch"`, `"Epoch"`), "vault-keys-damaged"},
		"unknown field":        {swap(`"version":1`, `"version":1,"hint":"x"`), "vault-keys-damaged"},
		"unknown field, wrap":  {swap(`"kind":`, `"hint":"x","kind":`), "vault-keys-damaged"},
		"other spelling":       {swap(`"kind":"passphrase"`, `"kind":"\u0070assphrase"`), "vault-keys-damaged"},
		"number spelt long":    {swap(`"version":1`, `"version":1.0`), "vault-keys-damaged"},
		"null array":           {swap(`"wraps":[`, `"wraps":null,"x":[`), "vault-keys-damaged"},
		"something behind":     {good + "{}", "vault-keys-damaged"},
		"too long":             {good + strings.Repeat(" ", keys.MaxFileBytes), "vault-keys-damaged"},
		"deep":                 {strings.Repeat(`{"version":`, 20_000), "vault-keys-damaged"},
		"demonstration turned": {swap(`"demonstration":false`, `"demonstration":true`), "vault-keys-damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := keys.ParseCheap([]byte(c.text))
			wantCode(t, err, c.code)
		})
	}
}

func TestCostsOutsideTheLimitsAreRefused(t *testing.T) {
	argon := func(memory, passes uint32, lanes uint8) keys.Cost {
		return keys.Cost{Name: "argon2id", MemoryKiB: memory, Passes: passes, Lanes: lanes}
	}
	pbkdf2 := func(n uint32) keys.Cost { return keys.Cost{Name: "pbkdf2-hmac-sha512", Iterations: n} }
	for name, c := range map[string]struct {
		cost keys.Cost
		fine bool
	}{
		"floor":                {argon(64<<10, 2, 1), true},
		"usual":                {argon(256<<10, 4, 4), true},
		"less memory":          {argon(64<<10-1, 2, 1), false},
		"one pass":             {argon(64<<10, 1, 1), false},
		"no lanes":             {argon(64<<10, 2, 0), false},
		"memory bomb":          {argon(1<<20+1, 2, 1), false},
		"all of it":            {argon(1<<32-1, 1<<32-1, 255), false},
		"long, in both":        {argon(1<<20, 5, 1), false},
		"many lanes":           {argon(64<<10, 2, 17), false},
		"pbkdf2 floor":         {pbkdf2(600_000), true},
		"pbkdf2 below":         {pbkdf2(599_999), false},
		"pbkdf2 for an hour":   {pbkdf2(1<<32 - 1), false},
		"pbkdf2 with memory":   {keys.Cost{Name: "pbkdf2-hmac-sha512", Iterations: 600_000, MemoryKiB: 1}, false},
		"argon2id that counts": {keys.Cost{Name: "argon2id", MemoryKiB: 64 << 10, Passes: 2, Lanes: 1, Iterations: 1}, false},
		"other name":           {keys.Cost{Name: "md5", Iterations: 600_000}, false},
		"none":                 {keys.Cost{}, false},
	} {
		if got := keys.AllowCost(c.cost); (got == "") != c.fine {
			t.Errorf("%s: %q", name, got)
		}
	}
	_, err := keys.Parse(encode(t, newFull(t, keys.Standard).file))
	if p := wantCode(t, err, "vault-keys-damaged"); !strings.Contains(p.Message, "cheaply") {
		t.Errorf("a cheap vault: %v", p)
	}
}

func TestTheCostSuitsTheComputer(t *testing.T) {
	const gib = 1 << 20 // KiB
	for name, c := range map[string]struct {
		profile keys.Profile
		perUnit int // of what one second does
		want    keys.Cost
	}{
		"slow":           {keys.Standard, gib / 8, keys.Cost{MemoryKiB: 64 << 10, Passes: 2}},
		"usual":          {keys.Standard, gib, keys.Cost{MemoryKiB: 256 << 10, Passes: 2}},
		"fast":           {keys.Standard, 4 * gib, keys.Cost{MemoryKiB: 256 << 10, Passes: 8}},
		"from tomorrow":  {keys.Standard, 100 * gib, keys.Cost{MemoryKiB: 256 << 10, Passes: 10}},
		"slow, fips":     {keys.FIPS, 100_000, keys.Cost{Iterations: 600_000}},
		"usual, fips":    {keys.FIPS, 2_000_000, keys.Cost{Iterations: 1_000_000}},
		"tomorrow, fips": {keys.FIPS, 100_000_000, keys.Cost{Iterations: 10_000_000}},
	} {
		got := keys.Calibrate(c.profile, secondOver(c.perUnit))
		if got.MemoryKiB != c.want.MemoryKiB || got.Passes != c.want.Passes || got.Iterations/100_000 != c.want.Iterations/100_000 {
			t.Errorf("%s: %+v", name, got)
		}
		if what := keys.AllowCost(got); what != "" {
			t.Errorf("%s: what was chosen is refused: %s", name, what)
		}
	}
}

func FuzzParse(f *testing.F) {
	standard, fips := newFull(f, keys.Standard), newFull(f, keys.FIPS)
	_, _, beside, err := keys.CreateDemonstration(options(keys.Standard, nil))
	must(f, err)
	f.Add(encode(f, standard.file))
	f.Add(encode(f, fips.file))
	f.Add([]byte(`{"version":2}`))
	f.Add(beside)
	f.Fuzz(func(t *testing.T, data []byte) {
		if again, err := keys.Redigest(data); err == nil {
			data = again
		}
		file, err := keys.ParseCheap(data)
		if err != nil {
			return
		}
		var compact bytes.Buffer
		must(t, json.Compact(&compact, data))
		if !bytes.Equal(encode(t, file), compact.Bytes()) {
			t.Error("another file is written than was read")
		}
		for _, w := range []full{standard, fips} {
			if r, err := file.UnlockRecovery(w.code, nil); err == nil {
				r.Destroy()
				if !bytes.Equal(encode(t, file), encode(t, w.file)) {
					t.Error("a file opens that Vitrine did not write")
				}
			}
			if r, err := file.UnlockEscrow(w.identity); err == nil {
				r.Destroy()
			}
		}
	})
}

package keys_test

import (
	"encoding/json"
	"strings"
	"testing"

	"vitrine/backend/vault/keys"
)

var profiles = []keys.Profile{keys.Standard, keys.FIPS}

func TestEveryWayOpensAVault(t *testing.T) {
	for _, profile := range profiles {
		t.Run(string(profile), func(t *testing.T) {
			public, identity, err := keys.GenerateEscrow(profile)
			must(t, err)
			devices := newKeychain()
			o := options(profile, devices)
			o.Escrow = []string{public}
			f, r, code := create(t, o)
			s := hide(t, r)
			f = reread(t, f)

			got, err := f.UnlockPassphrase(words(t, ownWords), devices, nil)
			s.checkOpens(t, got, err)
			got, err = f.UnlockRecovery(code, nil)
			s.checkOpens(t, got, err)
			got, err = f.UnlockEscrow(identity)
			s.checkOpens(t, got, err)

			if f.Vault() != vaultID || f.Profile() != profile || f.Demonstration() || f.Generation() != 1 || f.Epoch() != 1 {
				t.Error("the file does not say what was asked for")
			}
			if !wrapOf(t, f, keys.KindPassphrase).Keychain || wrapOf(t, f, keys.KindRecovery).Confirmed {
				t.Error("the wraps do not say how they were made")
			}
		})
	}
}

func TestWrongSecretsAreSaidToBeWrong(t *testing.T) {
	for _, profile := range profiles {
		t.Run(string(profile), func(t *testing.T) {
			f, _, _ := create(t, options(profile, nil))
			_, _, otherCode := create(t, options(profile, nil))
			public, _, err := keys.GenerateEscrow(profile)
			must(t, err)
			_, stranger, err := keys.GenerateEscrow(profile)
			must(t, err)

			_, err = f.UnlockPassphrase(words(t, newWords), nil, nil)
			wantCode(t, err, "passphrase-wrong")
			_, err = f.UnlockRecovery(otherCode, nil)
			wantCode(t, err, "recovery-code-wrong")
			_, err = f.UnlockEscrow(stranger)
			wantCode(t, err, "wrap-absent")
			_, err = f.UnlockEscrow([]byte("a shopping list"))
			wantCode(t, err, "escrow-identity")
			_, err = f.UnlockDemonstration([]byte("{}"))
			wantCode(t, err, "demonstration-only")

			o := options(profile, nil)
			o.Escrow = []string{public}
			f, _, _ = create(t, o)
			_, err = f.UnlockEscrow(stranger)
			wantCode(t, err, "escrow-wrong")
		})
	}
}

func TestADemonstrationVaultOpensWithTheFileBesideIt(t *testing.T) {
	f, r, beside, err := keys.CreateDemonstration(options(keys.Standard, nil))
	must(t, err)
	defer r.Destroy()
	s := hide(t, r)
	f = reread(t, f)
	got, err := f.UnlockDemonstration(beside)
	s.checkOpens(t, got, err)

	_, err = f.UnlockDemonstration([]byte("{}"))
	wantCode(t, err, "demonstration-key")
	_, other, besideOther, err := keys.CreateDemonstration(options(keys.Standard, nil))
	must(t, err)
	other.Destroy()
	_, err = f.UnlockDemonstration(besideOther)
	wantCode(t, err, "demonstration-key")
	_, err = f.AddPassphrase(r, "Own", words(t, ownWords), nil, noon)
	wantCode(t, err, "demonstration-only")
	_, _, err = f.AddRecovery(r, "Paper", noon)
	wantCode(t, err, "demonstration-only")

	real, _, _ := create(t, options(keys.Standard, nil))
	_, err = real.UnlockDemonstration(beside)
	wantCode(t, err, "demonstration-only")
}

func TestTheSamePassphraseTypedElsewhereOpens(t *testing.T) {
	c, err := keys.Create(words(t, "Zürich café violin harbour"), options(keys.Standard, nil))
	must(t, err)
	s := hide(t, c.Ring)
	got, err := c.File.UnlockPassphrase(words(t, "Zu\u0308rich\u00a0cafe\u0301 violin\u3000harbour"), nil, nil)
	s.checkOpens(t, got, err)
	_, err = c.File.UnlockPassphrase(words(t, "zürich café violin harbour"), nil, nil)
	wantCode(t, err, "passphrase-wrong")
}

func TestPassphrasesThatCannotBeTypedAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "line end": "violin harbour\n", "not text": "violin \xff harbour", "too long": string(make([]byte, 1025)),
	} {
		_, err := keys.NewPassphrase([]byte(text))
		if err == nil {
			t.Errorf("%s is taken", name)
			continue
		}
		wantCode(t, err, "passphrase-invalid")
	}
}

func TestAWeakPassphraseIsRefusedWhereverOneIsSet(t *testing.T) {
	weak := words(t, "password1234")
	_, err := keys.Create(weak, options(keys.Standard, nil))
	wantCode(t, err, "passphrase-weak")
	f, r, _ := create(t, options(keys.Standard, nil))
	_, err = f.ChangePassphrase(r, wrapOf(t, f, keys.KindPassphrase).ID, weak, nil)
	wantCode(t, err, "passphrase-weak")
	_, err = f.AddPassphrase(r, "B", weak, nil, noon)
	wantCode(t, err, "passphrase-weak")
	_, err = keys.Create(nil, options(keys.Standard, nil))
	wantCode(t, err, "passphrase-weak")
}

func TestTheFileLivesInsideAnotherDocument(t *testing.T) {
	f, r, _ := create(t, options(keys.Standard, nil))
	s := hide(t, r)
	outer, err := json.MarshalIndent(map[string]any{"id": vaultID, "keys": f}, "", "  ")
	must(t, err)
	var back struct {
		Keys json.RawMessage `json:"keys"`
	}
	must(t, json.Unmarshal(outer, &back))
	again, err := keys.ParseCheap(back.Keys)
	must(t, err)
	got, err := again.UnlockPassphrase(words(t, ownWords), nil, nil)
	s.checkOpens(t, got, err)
}

func TestFactsAreAuthenticatedWithTheKeys(t *testing.T) {
	f, r, code := create(t, options(keys.Standard, nil))
	f, err := f.SetFact(r, "created_at", "2026-11-22T12:00:00Z")
	must(t, err)
	f = reread(t, f)
	if got, ok := f.Fact("created_at"); !ok || got != "2026-11-22T12:00:00Z" || f.Generation() != 2 {
		t.Errorf("fact %q, generation %d", got, f.Generation())
	}
	opened, err := f.UnlockRecovery(code, nil)
	must(t, err)
	defer opened.Destroy()
	f, err = f.SetFact(opened, "created_at", "")
	must(t, err)
	if _, ok := f.Fact("created_at"); ok {
		t.Error("the fact is still there")
	}
	for name, value := range map[string]string{"A": "x", "": "x", "a": "line\nend", "b": `"`, "c": strings.Repeat("é", 600)} {
		if _, err := f.SetFact(r, name, value); err == nil {
			t.Errorf("fact %q is taken", name)
		}
	}
}

func TestADatabaseKeyOpensOnlyForItsDatabase(t *testing.T) {
	_, r, _ := create(t, options(keys.Standard, nil))
	_, other, _ := create(t, options(keys.Standard, nil))
	s := hide(t, r)
	for name, db := range map[string]keys.Database{
		"other version": {Name: "pbc@4", Epoch: 1}, "other dataset": {Name: "lung@3", Epoch: 1}, "other epoch": {Name: "pbc@3", Epoch: 2},
	} {
		if _, err := r.UnwrapKey(db, s.sealed); err == nil {
			t.Errorf("opened for %s", name)
		} else {
			wantCode(t, err, "database-key")
		}
	}
	_, err := other.UnwrapKey(database, s.sealed)
	wantCode(t, err, "database-key")
	for i := range s.sealed {
		changed := append([]byte(nil), s.sealed...)
		changed[i] ^= 1
		if _, err := r.UnwrapKey(database, changed); err == nil {
			t.Errorf("opened with byte %d changed", i)
		}
	}
	for n := range s.sealed {
		if _, err := r.UnwrapKey(database, s.sealed[:n]); err == nil {
			t.Errorf("opened when cut to %d bytes", n)
		}
	}
	_, err = r.UnwrapKey(database, append([]byte{2}, s.sealed[1:]...))
	wantCode(t, err, "vault-newer")
	r.Destroy()
	if _, err := r.UnwrapKey(database, s.sealed); err == nil {
		t.Error("opened after the ring was destroyed")
	}
}

package keys_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"vitrine/backend/vault/keys"
)

// TestBothTheOldFileAndTheNewOneOpen goes through every operation. The caller
// writes the new file whole or not at all, so a crash leaves one or the other: both
// must open with what was in force when they were made, up to Tidy, which is
// called when the new one is safe. It goes through them once more with every
// call to the keychain failing in turn.
func TestBothTheOldFileAndTheNewOneOpen(t *testing.T) {
	t.Parallel()
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			calls := checkOperation(t, operation, 0)
			for failing := 1; failing <= calls; failing++ {
				checkOperation(t, operation, failing)
			}
		})
	}
}

// result is what an operation leaves: the new file and what opens it.
type result struct {
	file       *keys.File
	passphrase string // "" where none does
	code       string
}

// operations are given a file with a passphrase, a code and an escrow.
var operations = map[string]func(t *testing.T, w full) (result, error){
	"change passphrase": func(t *testing.T, w full) (result, error) {
		c, err := w.file.ChangePassphrase(w.ring, wrapOf(t, w.file, keys.KindPassphrase).ID, words(t, newWords), w.devices)
		if err != nil {
			return result{}, err
		}
		return result{c.File, newWords, w.code}, nil
	},
	"add passphrase": func(t *testing.T, w full) (result, error) {
		c, err := w.file.AddPassphrase(w.ring, "Second", words(t, newWords), w.devices, noon)
		if err != nil {
			return result{}, err
		}
		return result{c.File, newWords, w.code}, nil
	},
	"remove passphrase": func(t *testing.T, w full) (result, error) {
		f, err := w.file.RemoveWrap(w.ring, wrapOf(t, w.file, keys.KindPassphrase).ID)
		return result{f, "", w.code}, err
	},
	"renew recovery code": func(t *testing.T, w full) (result, error) {
		f, code, err := w.file.RenewRecovery(w.ring, wrapOf(t, w.file, keys.KindRecovery).ID, noon)
		if err != nil {
			return result{}, err
		}
		return result{f, ownWords, code.Reveal()}, nil
	},
	"add recovery code": func(t *testing.T, w full) (result, error) {
		f, code, err := w.file.AddRecovery(w.ring, "Second paper", noon)
		if err != nil {
			return result{}, err
		}
		return result{f, ownWords, code.Reveal()}, nil
	},
	"remove escrow": func(t *testing.T, w full) (result, error) {
		f, err := w.file.RemoveWrap(w.ring, wrapOf(t, w.file, keys.KindEscrow).ID)
		return result{f, ownWords, w.code}, err
	},
	"rotate with both": func(t *testing.T, w full) (result, error) {
		return rotateWith(w, keys.Secrets{Passphrase: words(t, ownWords), Devices: w.devices, Recovery: w.code}, result{nil, ownWords, w.code})
	},
	"rotate with passphrase": func(t *testing.T, w full) (result, error) {
		return rotateWith(w, keys.Secrets{Passphrase: words(t, ownWords), Devices: w.devices}, result{nil, ownWords, ""})
	},
	"rotate with code": func(_ *testing.T, w full) (result, error) {
		return rotateWith(w, keys.Secrets{Recovery: w.code}, result{nil, "", w.code})
	},
	"forget earlier keys": func(_ *testing.T, w full) (result, error) {
		f, err := w.file.ForgetPrevious(w.ring)
		return result{f, ownWords, w.code}, err
	},
}

func rotateWith(w full, s keys.Secrets, leaves result) (result, error) {
	rotated, err := w.file.Rotate(w.ring, s)
	if err != nil {
		return result{}, err
	}
	rotated.Ring.Destroy()
	leaves.file = rotated.File
	return leaves, nil
}

// checkOperation runs one and says how often it asked the keychain. From call
// number failing on (0: never) the keychain refuses.
func checkOperation(t *testing.T, operation func(*testing.T, full) (result, error), failing int) int {
	t.Helper()
	w := newFull(t, keys.Standard)
	w.secret = hide(t, w.ring) // sealed by the present key, so that the earlier ones can go
	old := reread(t, w.file)
	w.devices.calls = 0
	w.devices.failing = func(string) error {
		if failing > 0 && w.devices.calls >= failing {
			return errors.New("refused")
		}
		return nil
	}
	done, err := operation(t, w)
	calls := w.devices.calls
	w.devices.failing = nil
	if ways := w.opens(t, old); len(ways) != 3 {
		t.Errorf("keychain failing at %d: of the old file only %v opens", failing, ways)
	}
	if err != nil {
		if failing == 0 {
			t.Fatal(err)
		}
		return calls
	}
	done.file = reread(t, done.file)
	done.check(t, w)
	must(t, keys.Tidy(w.devices, old, done.file))
	done.check(t, w)
	if done.file.Generation() != old.Generation()+1 {
		t.Error("the change was not counted")
	}
	return calls
}

// check opens the new file by what it should open with.
func (d result) check(t *testing.T, w full) {
	t.Helper()
	if d.passphrase != "" {
		r, err := d.file.UnlockPassphrase(words(t, d.passphrase), w.devices, nil)
		w.secret.checkOpens(t, r, err)
	}
	if d.code != "" {
		r, err := d.file.UnlockRecovery(d.code, nil)
		w.secret.checkOpens(t, r, err)
	}
}

func TestWhatWasReplacedNoLongerOpens(t *testing.T) {
	w := newFull(t, keys.Standard)
	c, err := w.file.ChangePassphrase(w.ring, wrapOf(t, w.file, keys.KindPassphrase).ID, words(t, newWords), w.devices)
	must(t, err)
	_, err = c.File.UnlockPassphrase(words(t, ownWords), w.devices, nil)
	wantCode(t, err, "passphrase-wrong")
	f, _, err := c.File.RenewRecovery(w.ring, wrapOf(t, w.file, keys.KindRecovery).ID, noon)
	must(t, err)
	if wrapOf(t, f, keys.KindRecovery).Confirmed {
		t.Error("the new code counts as typed back")
	}
	_, err = f.UnlockRecovery(w.code, nil)
	wantCode(t, err, "recovery-code-wrong")
	f, err = f.RemoveWrap(w.ring, wrapOf(t, f, keys.KindEscrow).ID)
	must(t, err)
	_, err = f.UnlockEscrow(w.identity)
	wantCode(t, err, "wrap-absent")
}

func TestTheLastWayOfAPersonStays(t *testing.T) {
	w := newFull(t, keys.Standard)
	passphrase, recovery := wrapOf(t, w.file, keys.KindPassphrase).ID, wrapOf(t, w.file, keys.KindRecovery).ID
	for first, last := range map[string]string{passphrase: recovery, recovery: passphrase} {
		f, err := w.file.RemoveWrap(w.ring, first)
		must(t, err)
		_, err = f.RemoveWrap(w.ring, last)
		wantCode(t, err, "wrap-last")
	}
	_, err := w.file.RemoveWrap(w.ring, "0000000000000000")
	wantCode(t, err, "wrap-unknown")
	_, err = w.file.ChangePassphrase(w.ring, recovery, words(t, newWords), nil)
	wantCode(t, err, "wrap-unknown")
	_, _, err = w.file.RenewRecovery(w.ring, passphrase, noon)
	wantCode(t, err, "wrap-unknown")

	// A wrap that a rotation left does not count: it opens nothing.
	rotated, err := w.file.Rotate(w.ring, keys.Secrets{Recovery: w.code})
	must(t, err)
	_, err = rotated.File.RemoveWrap(rotated.Ring, recovery)
	wantCode(t, err, "wrap-last")
}

func TestThereIsAnEndToWraps(t *testing.T) {
	f, r, _ := create(t, options(keys.Standard, nil))
	var err error
	for i := range 7 {
		var c *keys.Changed
		c, err = f.AddPassphrase(r, fmt.Sprint(i), words(t, newWords), nil, noon)
		must(t, err)
		f = c.File
	}
	_, err = f.AddPassphrase(r, "ninth", words(t, newWords), nil, noon)
	wantCode(t, err, "wrap-too-many")
	for range 23 {
		f, _, err = f.AddRecovery(r, "paper", noon)
		must(t, err)
	}
	_, _, err = f.AddRecovery(r, "paper", noon)
	wantCode(t, err, "wrap-too-many")
	_, err = f.AddEscrow(r, "IT", "age1", noon)
	wantCode(t, err, "wrap-too-many")
	if data := encode(t, f); len(data) > keys.MaxFileBytes/2 {
		t.Errorf("%d bytes", len(data))
	}
	_, err = f.AddPassphrase(r, "line\nend", words(t, newWords), nil, noon)
	wantCode(t, err, "wrap-too-many")
	small, r, _ := create(t, options(keys.Standard, nil))
	_, err = small.AddPassphrase(r, "line\nend", words(t, newWords), nil, noon)
	wantCode(t, err, "label-invalid")
}

func TestARotationIsFinishedAtLeisure(t *testing.T) {
	for _, profile := range profiles {
		t.Run(string(profile), func(t *testing.T) {
			w := newFull(t, profile) // rotated once: the secret is sealed by the first key
			rotated, err := w.file.Rotate(w.ring, keys.Secrets{Passphrase: words(t, ownWords), Devices: w.devices})
			must(t, err)
			if len(rotated.Renew) != 1 || rotated.Renew[0].Kind != keys.KindRecovery {
				t.Fatalf("to be renewed: %+v", rotated.Renew)
			}
			f, r := reread(t, rotated.File), rotated.Ring
			if f.Epoch() != 3 || f.Previous() != 2 || r.IsCurrent(w.secret.sealed) {
				t.Errorf("epoch %d, %d before", f.Epoch(), f.Previous())
			}
			_, err = f.UnlockRecovery(w.code, nil)
			wantCode(t, err, "wrap-renew")
			got, err := f.UnlockEscrow(w.identity)
			w.secret.checkOpens(t, got, err)

			key, err := r.UnwrapKey(database, w.secret.sealed)
			must(t, err)
			again := secret{key: key}
			again.sealed, err = r.WrapKey(database, key)
			must(t, err)
			if !r.IsCurrent(again.sealed) {
				t.Error("not sealed by the present key")
			}
			f, code, err := f.RenewRecovery(r, rotated.Renew[0].ID, noon)
			must(t, err)
			f, err = f.ForgetPrevious(r)
			must(t, err)
			got, err = f.UnlockRecovery(code.Reveal(), nil)
			must(t, err)
			if _, err := got.UnwrapKey(database, w.secret.sealed); err == nil {
				t.Error("what the first key sealed still opens")
			}
			again.checkOpens(t, got, nil)
		})
	}
}

// TestAVaultRotatesWithoutEnd finishes each of many rotations with one ring.
func TestAVaultRotatesWithoutEnd(t *testing.T) {
	f, r, _ := create(t, options(keys.Standard, nil))
	for range 12 {
		rotated, err := f.Rotate(r, keys.Secrets{Passphrase: words(t, ownWords)})
		must(t, err)
		f, r = rotated.File, rotated.Ring
		t.Cleanup(r.Destroy)
		if f.Previous() != 1 {
			t.Fatalf("epoch %d keeps %d keys before it", f.Epoch(), f.Previous())
		}
		f, err = f.ForgetPrevious(r)
		must(t, err)
	}
	if f.Epoch() != 13 {
		t.Errorf("epoch %d", f.Epoch())
	}
}

func TestARotationChecksWhatIsTyped(t *testing.T) {
	w := newFull(t, keys.Standard)
	_, _, stranger := create(t, options(keys.Standard, nil))
	for name, c := range map[string]struct {
		secrets keys.Secrets
		code    string
	}{
		"nothing":           {keys.Secrets{}, "rotate-nothing-given"},
		"wrong passphrase":  {keys.Secrets{Passphrase: words(t, newWords), Devices: w.devices, Recovery: w.code}, "passphrase-wrong"},
		"no keychain":       {keys.Secrets{Passphrase: words(t, ownWords)}, "keychain-unavailable"},
		"other code":        {keys.Secrets{Recovery: stranger}, "recovery-code-wrong"},
		"code with a typo":  {keys.Secrets{Recovery: "x" + w.code}, "recovery-code-typo"},
		"demonstration key": {keys.Secrets{Demonstration: []byte("{}")}, "demonstration-only"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.file.Rotate(w.ring, c.secrets)
			wantCode(t, err, c.code)
		})
	}
	f, r := w.file, w.ring
	for {
		rotated, err := f.Rotate(r, keys.Secrets{Recovery: w.code})
		if err != nil {
			wantCode(t, err, "rotate-unfinished")
			if f.Previous() != 8 {
				t.Errorf("refused after %d", f.Previous())
			}
			break
		}
		f, r = rotated.File, rotated.Ring
	}
	_, err := f.SetFact(w.ring, "a", "b")
	if err == nil {
		t.Error("a ring from before a rotation changes the file")
	}
}

func TestADemonstrationVaultRotates(t *testing.T) {
	f, r, beside, err := keys.CreateDemonstration(options(keys.FIPS, nil))
	must(t, err)
	s := hide(t, r)
	rotated, err := f.Rotate(r, keys.Secrets{Demonstration: beside})
	must(t, err)
	got, err := reread(t, rotated.File).UnlockDemonstration(beside)
	s.checkOpens(t, got, err)
	_, err = f.RemoveWrap(r, f.Wraps()[0].ID)
	wantCode(t, err, "wrap-last")
}

func TestARecoveryCodeIsConfirmedByTypingIt(t *testing.T) {
	c, err := keys.Create(words(t, ownWords), options(keys.Standard, nil))
	must(t, err)
	_, err = c.File.ConfirmRecovery(c.Ring, "0"+c.Recovery.Reveal()[1:])
	if err == nil && c.Recovery.Reveal()[0] != '0' {
		t.Fatal("a wrong code is confirmed")
	}
	_, _, stranger := create(t, options(keys.Standard, nil))
	_, err = c.File.ConfirmRecovery(c.Ring, stranger)
	wantCode(t, err, "recovery-code-wrong")
	f, err := c.File.ConfirmRecovery(c.Ring, c.Recovery.Reveal())
	must(t, err)
	if !wrapOf(t, reread(t, f), keys.KindRecovery).Confirmed {
		t.Error("not recorded")
	}
}

func TestTidyTakesOutOnlyWhatIsNoLongerNeeded(t *testing.T) {
	w := newFull(t, keys.Standard)
	added, err := w.file.AddPassphrase(w.ring, "Second", words(t, newWords), w.devices, noon)
	must(t, err)
	if len(w.devices.held) != 2 {
		t.Fatalf("%d keys in the keychain", len(w.devices.held))
	}
	removed, err := added.File.RemoveWrap(w.ring, added.Wrap)
	must(t, err)
	must(t, keys.Tidy(w.devices, added.File, removed))
	must(t, keys.Tidy(w.devices, added.File, removed)) // again is harmless
	left := wrapOf(t, removed, keys.KindPassphrase).ID
	if _, ok := w.devices.held[vaultID+"."+left]; !ok || len(w.devices.held) != 1 {
		t.Error("the wrong key was taken out")
	}
	must(t, keys.Tidy(w.devices, removed, nil))
	if len(w.devices.held) != 0 {
		t.Error("a key is left")
	}
	if !slices.Contains(w.opens(t, removed), "recovery") {
		t.Error("without the keychain not even the recovery code opens")
	}
}

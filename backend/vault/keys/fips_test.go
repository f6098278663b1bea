package keys_test

import (
	"crypto/fips140"
	"errors"
	"os"
	"testing"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

// TestTheFIPSProfileUsesApprovedPrimitivesOnly does everything a vault's keys go
// through in a process where anything else panics or is refused.
func TestTheFIPSProfileUsesApprovedPrimitivesOnly(t *testing.T) {
	runChild(t, "fips", "GODEBUG=fips140=only")
}

func init() { children["fips"] = fipsLife }

// fipsLife goes through a vault's life.
func fipsLife() error {
	if !fips140.Enforced() || os.Getenv("GODEBUG") == "" {
		return errors.New("the child does not run in FIPS mode")
	}
	devices := newKeychain()
	p, err := keys.NewPassphrase([]byte(ownWords))
	if err != nil {
		return err
	}
	o := options("", devices)
	var refused *problem.Problem
	if _, err := keys.Create(p, o); !errors.As(err, &refused) || refused.Code != "fips-required" {
		return errors.New("the standard profile is not refused")
	}
	public, identity, err := keys.GenerateEscrow(keys.FIPS)
	if err != nil {
		return err
	}
	o.Profile, o.Escrow = keys.FIPS, []string{public}
	c, err := keys.Create(p, o)
	if err != nil {
		return err
	}
	key := keys.NewKey()
	sealed, err := c.Ring.WrapKey(database, key)
	if err != nil {
		return err
	}
	code := c.Recovery.Reveal()
	f, err := c.File.ConfirmRecovery(c.Ring, code)
	if err != nil {
		return err
	}
	rotated, err := f.Rotate(c.Ring, keys.Secrets{Passphrase: p, Devices: devices, Recovery: code})
	if err != nil {
		return err
	}
	for _, unlock := range []func() (*keys.Ring, error){
		func() (*keys.Ring, error) { return rotated.File.UnlockPassphrase(p, devices, &keys.Guard{}) },
		func() (*keys.Ring, error) { return rotated.File.UnlockRecovery(code, nil) },
		func() (*keys.Ring, error) { return rotated.File.UnlockEscrow(identity) },
	} {
		r, err := unlock()
		if err != nil {
			return err
		}
		got, err := r.UnwrapKey(database, sealed)
		if err != nil {
			return err
		}
		if !got.Equal(key) {
			return errors.New("another key came out")
		}
	}
	return nil
}

func TestTheFIPSProfileTakesNoAgeEscrow(t *testing.T) {
	public, _, err := keys.GenerateEscrow(keys.Standard)
	must(t, err)
	o := options(keys.FIPS, nil)
	o.Escrow = []string{public}
	_, err = keys.Create(words(t, ownWords), o)
	wantCode(t, err, "escrow-profile")
	f, r, _ := create(t, options(keys.FIPS, nil))
	_, err = f.AddEscrow(r, "IT", public, noon)
	wantCode(t, err, "escrow-profile")
	if got := wrapOf(t, f, keys.KindPassphrase).Cost.Name; got != "pbkdf2-hmac-sha512" {
		t.Errorf("the passphrase is stretched by %s", got)
	}
}

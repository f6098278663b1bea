package keys_test

import (
	"errors"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"vitrine/backend/vault/keys"
)

func TestTheFolderAloneIsNotEnough(t *testing.T) {
	f, _, code := create(t, options(keys.Standard, newKeychain()))
	guard := &keys.Guard{Clock: at}
	for name, c := range map[string]struct {
		devices keys.DeviceStore
		code    string
	}{
		"another computer":       {newKeychain(), "keychain-key-lost"},
		"no keychain":            {nil, "keychain-unavailable"},
		"keychain that refuses":  {&keychain{failing: func(string) error { return errors.New("locked") }}, "keychain-unavailable"},
		"another vault's key":    {otherKey(t, f), "keychain-key-lost"},
		"something else is kept": {&keychain{held: map[string]string{vaultID + "." + wrapOf(t, f, keys.KindPassphrase).ID: "hello"}}, "keychain-key-lost"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 5 {
				_, err := f.UnlockPassphrase(words(t, ownWords), c.devices, guard)
				wantCode(t, err, c.code)
			}
		})
	}
	if guard.Wait() != 0 {
		t.Error("a fault of the keychain counts as a wrong passphrase")
	}
	r, err := f.UnlockRecovery(code, guard)
	must(t, err)
	defer r.Destroy()

	// On the other computer the passphrase is set again, with that keychain.
	there := newKeychain()
	c, err := f.ChangePassphrase(r, wrapOf(t, f, keys.KindPassphrase).ID, words(t, ownWords), there)
	must(t, err)
	must(t, c.Keychain)
	opened, err := reread(t, c.File).UnlockPassphrase(words(t, ownWords), there, guard)
	must(t, err)
	opened.Destroy()
}

// otherKey is a keychain that has a device key under this file's name, but of
// another vault.
func otherKey(t *testing.T, f *keys.File) *keychain {
	theirs := newKeychain()
	create(t, options(keys.Standard, theirs))
	for name, key := range theirs.held {
		delete(theirs.held, name)
		theirs.held[vaultID+"."+wrapOf(t, f, keys.KindPassphrase).ID] = key
	}
	return theirs
}

func TestWithoutAKeychainThePassphraseStandsAlone(t *testing.T) {
	for name, devices := range map[string]keys.DeviceStore{
		"none":    nil,
		"refuses": &keychain{failing: func(string) error { return errors.New("locked") }},
		"forgets": forgetful{newKeychain()},
		"garbles": garbling{newKeychain()},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := keys.Create(words(t, ownWords), options(keys.Standard, devices))
			must(t, err)
			if wrapOf(t, c.File, keys.KindPassphrase).Keychain {
				t.Error("the file says that there is a device key")
			}
			if devices == nil {
				must(t, c.Keychain)
			} else {
				wantCode(t, c.Keychain, "keychain-unavailable")
			}
			r, err := c.File.UnlockPassphrase(words(t, ownWords), nil, nil)
			must(t, err)
			r.Destroy()
		})
	}
}

// forgetful accepts and keeps nothing.
type forgetful struct{ *keychain }

func (forgetful) Set(string, []byte) error { return nil }

// garbling keeps another key than it is given.
type garbling struct{ *keychain }

func (g garbling) Set(name string, secret []byte) error {
	changed := append([]byte(nil), secret...)
	if at := len("vitrine-device-1:"); changed[at] == 'A' {
		changed[at] = 'B'
	} else {
		changed[at] = 'A'
	}
	return g.keychain.Set(name, changed)
}

func TestAKeychainIsProbedWithoutChange(t *testing.T) {
	k := newKeychain()
	must(t, keys.Probe(k))
	if len(k.held) != 0 {
		t.Error("something was written")
	}
	wantCode(t, keys.Probe(nil), "keychain-unavailable")
	wantCode(t, keys.Probe(&keychain{failing: func(string) error { return errors.New("x") }}), "keychain-unavailable")
}

// TestTheSystemsKeychain runs against the library's keychain in memory: a desktop
// session is not to be had here.
func TestTheSystemsKeychain(t *testing.T) {
	keyring.MockInit()
	k := keys.Keychain{Service: "Vitrine test"}
	must(t, keys.Probe(k))
	f, r, _ := create(t, options(keys.Standard, k))
	s := hide(t, r)
	got, err := f.UnlockPassphrase(words(t, ownWords), k, nil)
	s.checkOpens(t, got, err)
	must(t, keys.Tidy(k, f, nil))
	if err := k.Delete(vaultID + "." + wrapOf(t, f, keys.KindPassphrase).ID); !errors.Is(err, keys.ErrNoDeviceKey) {
		t.Errorf("left in the keychain: %v", err)
	}
	_, err = f.UnlockPassphrase(words(t, ownWords), k, nil)
	wantCode(t, err, "keychain-key-lost")

	keyring.MockInitWithError(errors.New("org.freedesktop.secrets was not provided"))
	_, err = f.UnlockPassphrase(words(t, ownWords), k, nil)
	wantCode(t, err, "keychain-unavailable")
	if err := k.Set("a", []byte("canary")); err == nil {
		t.Error("a keychain that is not there keeps something")
	}
}

func TestAKeychainThatNeverAnswersIsGivenUp(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	err := keys.Ask(keys.Keychain{Patience: time.Nanosecond}, func() error { <-never; return nil })
	if err == nil || errors.Is(err, keys.ErrNoDeviceKey) {
		t.Errorf("got %v", err)
	}
}

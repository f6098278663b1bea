package keys

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// ErrNoDeviceKey is what a DeviceStore gives for a name it does not hold. Every
// other error means that the store cannot be used at the moment.
var ErrNoDeviceKey = errors.New("keys: the keychain does not hold this key")

// DeviceStore keeps short secrets for the account that is signed in, outside the
// vault's folder: the system's keychain. Set replaces; Delete of what is not
// there gives ErrNoDeviceKey. Calls may take as long as a person takes to answer
// the system's question.
type DeviceStore interface {
	Get(name string) ([]byte, error)
	Set(name string, secret []byte) error
	Delete(name string) error
}

const (
	checkSize    = 16
	devicePrefix = "vitrine-device-1:"
)

// deviceName is the keychain's name for the key of one wrap.
func deviceName(vault, wrapID string) string { return vault + "." + wrapID }

// deviceCheck tells the right device key from another one. The key is random
// and long, so this gives nothing to a guesser.
func deviceCheck(device *Key, vault, wrapID string) ([]byte, error) {
	var check []byte
	err := device.Use(func(b []byte) error {
		check = hmacSHA256(b, newSequence("vitrine key file 1: device check").text(vault).text(wrapID))[:checkSize]
		return nil
	})
	return check, err
}

// deviceKeys fetches what the wraps need. A wrap without a device key is in the
// result with nil; one whose key is not there is left out, and missing says why.
func deviceKeys(devices DeviceStore, vault string, wraps []*wrap) (found map[string]*Key, missing error) {
	found = map[string]*Key{}
	for _, w := range wraps {
		if w.Device != deviceKeychain {
			found[w.ID] = nil
			continue
		}
		key, err := fetchDevice(devices, vault, w)
		if err != nil {
			missing = err
			continue
		}
		found[w.ID] = key
	}
	return found, missing
}

// fetchDevice gets the key that a wrap was made with.
func fetchDevice(devices DeviceStore, vault string, w *wrap) (*Key, error) {
	key, err := getDevice(devices, deviceName(vault, w.ID))
	if errors.Is(err, ErrNoDeviceKey) {
		return nil, keychainLost()
	}
	if err != nil {
		return nil, keychainUnavailable(err)
	}
	check, err := deviceCheck(key, vault, w.ID)
	if err != nil || !hmac.Equal(check, w.DeviceCheck) {
		key.Destroy()
		return nil, keychainLost()
	}
	return key, nil
}

// getDevice reads and decodes; what is there but is no device key counts as
// not there.
func getDevice(devices DeviceStore, name string) (*Key, error) {
	if devices == nil {
		return nil, errors.New("keys: no keychain is in use")
	}
	stored, err := devices.Get(name)
	if err != nil {
		return nil, err
	}
	defer wipe(stored)
	text, ok := strings.CutPrefix(string(stored), devicePrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(raw) != KeySize {
		wipe(raw)
		return nil, ErrNoDeviceKey
	}
	return KeyFrom(raw)
}

// keepDevice gives the device key for a wrap: the one the keychain has, or a new
// one that it is seen to keep. An entry that is there is never replaced, since
// the vault's file as it is may need it. Where there is no keychain the key is
// nil and the error says why; the passphrase then stands alone.
func keepDevice(devices DeviceStore, vault, wrapID string) (*Key, error) {
	if devices == nil {
		return nil, nil
	}
	name := deviceName(vault, wrapID)
	key, err := getDevice(devices, name)
	if err == nil {
		return key, nil
	}
	if !errors.Is(err, ErrNoDeviceKey) {
		return nil, keychainUnavailable(err)
	}
	fresh := NewKey()
	if err := setDevice(devices, name, fresh); err != nil {
		fresh.Destroy()
		return nil, keychainUnavailable(err)
	}
	return fresh, nil
}

// setDevice stores a key and reads it back: some keychains accept and forget.
func setDevice(devices DeviceStore, name string, key *Key) error {
	err := key.Use(func(b []byte) error {
		text := append([]byte(devicePrefix), base64.StdEncoding.EncodeToString(b)...)
		defer wipe(text)
		return devices.Set(name, text)
	})
	if err != nil {
		return err
	}
	back, err := getDevice(devices, name)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	defer back.Destroy()
	if !back.Equal(key) {
		return errors.New("the keychain gave back another key than it was given")
	}
	return nil
}

// Tidy takes device keys out of the keychain that after does not need and before
// could have. It is called once after is safely written, whatever the change
// was, and may be left out: what is left behind opens nothing by itself. Backups from before then open by their
// recovery code only. after nil takes out all. Problem: "keychain-unavailable".
func Tidy(devices DeviceStore, before, after *File) error {
	if devices == nil || before == nil {
		return nil
	}
	needed := map[string]bool{}
	if after != nil {
		for _, w := range after.doc.Wraps {
			needed[w.ID] = w.Device == deviceKeychain
		}
	}
	var failed error
	for _, w := range before.doc.Wraps {
		if w.Kind != KindPassphrase || needed[w.ID] {
			continue
		}
		err := devices.Delete(deviceName(before.doc.Vault, w.ID))
		if err != nil && !errors.Is(err, ErrNoDeviceKey) && w.Device == deviceKeychain {
			failed = keychainUnavailable(err)
		}
	}
	return failed
}

// Probe reports whether a keychain answers, without changing it; nil: it does.
// Problem: "keychain-unavailable".
func Probe(devices DeviceStore) error {
	if devices == nil {
		return keychainUnavailable(errors.New("keys: no keychain is in use"))
	}
	secret, err := devices.Get("probe")
	wipe(secret)
	if err == nil || errors.Is(err, ErrNoDeviceKey) {
		return nil
	}
	return keychainUnavailable(err)
}

// Keychain is the system's: Credential Manager on Windows, the login keychain on
// macOS, the Secret Service on Linux.
type Keychain struct {
	Service  string        // "Vitrine" when empty
	Patience time.Duration // how long to wait for an answer; two minutes when zero
}

func (k Keychain) service() string {
	if k.Service == "" {
		return "Vitrine"
	}
	return k.Service
}

// Get reads a secret.
func (k Keychain) Get(name string) ([]byte, error) {
	var secret string
	err := k.ask(func() (err error) {
		secret, err = keyring.Get(k.service(), name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return []byte(secret), nil
}

// Set stores a secret, which must be text without line ends.
func (k Keychain) Set(name string, secret []byte) error {
	text := string(secret)
	return k.ask(func() error { return keyring.Set(k.service(), name, text) })
}

// Delete removes a secret.
func (k Keychain) Delete(name string) error {
	return k.ask(func() error { return keyring.Delete(k.service(), name) })
}

// ask runs a call that may wait for a person for ever: a question that the
// desktop cannot show is never answered. The call cannot be cancelled, so when
// patience ends its goroutine is left to end by itself.
func (k Keychain) ask(call func() error) error {
	patience := k.Patience
	if patience == 0 {
		patience = 2 * time.Minute
	}
	answered := make(chan error, 1)
	go func() { answered <- call() }()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-answered:
		if errors.Is(err, keyring.ErrNotFound) {
			return ErrNoDeviceKey
		}
		if err != nil {
			// The text of a keychain's error is not ours: it could repeat what it was given.
			return fmt.Errorf("keys: ask the keychain: %T", err)
		}
		return nil
	case <-late.C:
		return errors.New("keys: the keychain did not answer")
	}
}

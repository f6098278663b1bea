package keys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

// children are what the test binary does instead of testing when it is started
// again as a second process.
var children = map[string]func() error{}

const childVar = "KEYS_TEST_CHILD"

func TestMain(m *testing.M) {
	name := os.Getenv(childVar)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := children[name](); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runChild runs a child and requires that it succeeds.
func runChild(t *testing.T, name string, env ...string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(append(os.Environ(), childVar+"="+name), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the child %s: %v\n%s", name, err, out)
	}
}

const (
	vaultID  = "00112233445566778899aabbccddeeff"
	ownWords = "violin harbour tangerine quartz"
	newWords = "lantern gravel obsidian ferry"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at() time.Time { return noon }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func words(t testing.TB, text string) *keys.Passphrase {
	t.Helper()
	p, err := keys.NewPassphrase([]byte(text))
	must(t, err)
	t.Cleanup(p.Destroy)
	return p
}

func options(profile keys.Profile, devices keys.DeviceStore) keys.Options {
	return keys.Options{Vault: vaultID, Profile: profile, Label: "Own", Devices: devices, Clock: at}.Cheap()
}

// create makes the keys of a vault with ownWords and says how its code reads.
func create(t testing.TB, o keys.Options) (*keys.File, *keys.Ring, string) {
	t.Helper()
	c, err := keys.Create(words(t, ownWords), o)
	must(t, err)
	must(t, c.Keychain)
	t.Cleanup(c.Ring.Destroy)
	return c.File, c.Ring, c.Recovery.Reveal()
}

// reread is the file as it comes back from the disk.
func reread(t testing.TB, f *keys.File) *keys.File {
	t.Helper()
	again, err := keys.ParseCheap(encode(t, f))
	must(t, err)
	return again
}

func encode(t testing.TB, f *keys.File) []byte {
	t.Helper()
	data, err := json.Marshal(f)
	must(t, err)
	return data
}

// wantCode checks for a problem with a code and a remedy.
func wantCode(t testing.TB, err error, code string) *problem.Problem {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("want %s, got %v", code, err)
	}
	if p.Code != code || p.Hint == "" || p.Message == "" {
		t.Fatalf("want %s, got %s: %v", code, p.Code, err)
	}
	return p
}

// secret seals a database key, to see later that it still opens.
type secret struct {
	key    *keys.Key
	sealed []byte
}

var database = keys.Database{Name: "pbc@3", Epoch: 1}

func hide(t testing.TB, r *keys.Ring) secret {
	t.Helper()
	s := secret{key: keys.NewKey()}
	var err error
	s.sealed, err = r.WrapKey(database, s.key)
	must(t, err)
	return s
}

// checkOpens takes the result of an unlocking and sees that it opens the secret.
func (s secret) checkOpens(t testing.TB, r *keys.Ring, err error) {
	t.Helper()
	must(t, err)
	defer r.Destroy()
	got, err := r.UnwrapKey(database, s.sealed)
	must(t, err)
	defer got.Destroy()
	if !got.Equal(s.key) {
		t.Error("another key came out")
	}
}

// keychain is a DeviceStore in memory whose calls can be made to fail.
type keychain struct {
	held    map[string]string
	failing func(call string) error // nil: nothing fails
	calls   int
}

func newKeychain() *keychain { return &keychain{held: map[string]string{}} }

func (k *keychain) call(name string) error {
	k.calls++
	if k.failing == nil {
		return nil
	}
	return k.failing(name)
}

func (k *keychain) Get(name string) ([]byte, error) {
	if err := k.call("get"); err != nil {
		return nil, err
	}
	text, ok := k.held[name]
	if !ok {
		return nil, keys.ErrNoDeviceKey
	}
	return []byte(text), nil
}

func (k *keychain) Set(name string, secret []byte) error {
	if err := k.call("set"); err != nil {
		return err
	}
	k.held[name] = string(secret)
	return nil
}

func (k *keychain) Delete(name string) error {
	if err := k.call("delete"); err != nil {
		return err
	}
	if _, ok := k.held[name]; !ok {
		return keys.ErrNoDeviceKey
	}
	delete(k.held, name)
	return nil
}

// wrapOf gives the only wrap of a kind.
func wrapOf(t testing.TB, f *keys.File, kind keys.Kind) keys.Wrap {
	t.Helper()
	for _, w := range f.Wraps() {
		if w.Kind == kind {
			return w
		}
	}
	t.Fatalf("no %s", kind)
	return keys.Wrap{}
}

// secondOver is the time of one step on a computer that does n in a second.
func secondOver(n int) time.Duration { return time.Second / time.Duration(n) }

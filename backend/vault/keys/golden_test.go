package keys_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"vitrine/backend/vault/keys"
)

// golden is a key part as a released version wrote it, with what opens it.
type golden struct {
	About         string            `json:"about"`
	Keys          json.RawMessage   `json:"keys"`
	Passphrase    string            `json:"passphrase,omitempty"`
	Devices       map[string]string `json:"devices,omitempty"`
	Recovery      string            `json:"recovery,omitempty"`
	Identity      string            `json:"identity,omitempty"`
	Demonstration json.RawMessage   `json:"demonstration,omitempty"`
	Sealed        [][]byte          `json:"sealed"` // by the first vault key and by the second
	Key           []byte            `json:"key"`
}

// TestGoldenFilesOpenForEver reads testdata/v1 as the program does. The files are
// never written again: whoever must change this test loses somebody's data.
func TestGoldenFilesOpenForEver(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("testdata", "v1", "*.json"))
	must(t, err)
	if len(names) != 3 {
		t.Fatalf("%d golden files", len(names))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			must(t, err)
			var g golden
			must(t, json.Unmarshal(data, &g))
			g.check(t)
		})
	}
}

func (g golden) check(t *testing.T) {
	f, err := keys.Parse(g.Keys)
	must(t, err)
	var compact bytes.Buffer
	must(t, json.Compact(&compact, g.Keys))
	if !bytes.Equal(encode(t, f), compact.Bytes()) {
		t.Error("written again it differs")
	}
	devices := &keychain{held: g.Devices}
	ways := map[string]func() (*keys.Ring, error){
		"passphrase":    func() (*keys.Ring, error) { return f.UnlockPassphrase(words(t, g.Passphrase), devices, nil) },
		"recovery":      func() (*keys.Ring, error) { return f.UnlockRecovery(g.Recovery, nil) },
		"escrow":        func() (*keys.Ring, error) { return f.UnlockEscrow([]byte(g.Identity)) },
		"demonstration": func() (*keys.Ring, error) { return f.UnlockDemonstration(g.Demonstration) },
	}
	for way, unlock := range ways {
		if f.Demonstration() != (way == "demonstration") {
			continue
		}
		r, err := unlock()
		if err != nil {
			t.Errorf("%s: %v", way, err)
			continue
		}
		g.checkSeals(t, way, r)
		r.Destroy()
	}
}

func (g golden) checkSeals(t *testing.T, way string, r *keys.Ring) {
	t.Helper()
	want, err := keys.KeyFrom(bytes.Clone(g.Key))
	must(t, err)
	for i, sealed := range g.Sealed {
		got, err := r.UnwrapKey(database, sealed)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: seal %d: %v", way, i, err)
		}
	}
}

// TestWriteGoldenFiles makes the files of a new format version, once:
// KEYS_WRITE_GOLDEN=1 go test -run TestWriteGoldenFiles. It replaces none.
func TestWriteGoldenFiles(t *testing.T) {
	if os.Getenv("KEYS_WRITE_GOLDEN") == "" {
		t.Skip("the golden files exist")
	}
	for _, profile := range profiles {
		writeGolden(t, string(profile), newGolden(t, profile))
	}
	f, r, beside, err := keys.CreateDemonstration(keys.Options{Vault: vaultID, Label: "Demonstration", Clock: at})
	must(t, err)
	g := golden{About: "A demonstration vault of version 1.", Keys: encode(t, f), Demonstration: beside}
	writeGolden(t, "demonstration", g.seal(t, keys.NewKey(), r))
}

func newGolden(t *testing.T, profile keys.Profile) golden {
	t.Helper()
	g := golden{About: "Version 1, profile " + string(profile) + ", rotated once. For tests only: these secrets open nothing else.", Passphrase: ownWords}
	public, identity, err := keys.GenerateEscrow(profile)
	must(t, err)
	g.Identity = string(identity)
	devices := newKeychain()
	c, err := keys.Create(words(t, ownWords), keys.Options{
		Vault: vaultID, Profile: profile, Label: "Zoë's passphrase", Devices: devices, Escrow: []string{public}, Clock: at,
	})
	must(t, err)
	g.Recovery, g.Devices = c.Recovery.Reveal(), devices.held
	key := keys.NewKey()
	g = g.seal(t, key, c.Ring)
	f, err := c.File.SetFact(c.Ring, "created_at", "2026-11-22T12:00:00Z")
	must(t, err)
	f, err = f.ConfirmRecovery(c.Ring, g.Recovery)
	must(t, err)
	rotated, err := f.Rotate(c.Ring, keys.Secrets{Passphrase: words(t, ownWords), Devices: devices, Recovery: g.Recovery})
	must(t, err)
	g.Keys = encode(t, rotated.File)
	return g.seal(t, key, rotated.Ring)
}

func (g golden) seal(t *testing.T, key *keys.Key, r *keys.Ring) golden {
	t.Helper()
	sealed, err := r.WrapKey(database, key)
	must(t, err)
	must(t, key.Use(func(b []byte) error { g.Key = bytes.Clone(b); return nil }))
	g.Sealed = append(g.Sealed, sealed)
	return g
}

func writeGolden(t *testing.T, name string, g golden) {
	t.Helper()
	data, err := json.MarshalIndent(g, "", "  ")
	must(t, err)
	file, err := os.OpenFile(filepath.Join("testdata", "v1", name+".json"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	must(t, err)
	_, err = file.Write(append(data, '\n'))
	must(t, err)
	must(t, file.Close())
}

package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"vitrine/backend/vault"
)

func TestADemonstrationVaultSaysThatItsKeyLiesBesideIt(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	data, err := os.ReadFile(filepath.Join(home, "vault.json"))
	if err != nil {
		t.Fatal(err)
	}
	var written vault.Info
	if err := json.Unmarshal(data, &written); err != nil {
		t.Fatal(err)
	}
	if written != v.Info() || written.Protection != "encrypted" || !written.Demonstration || written.Format != 2 {
		t.Errorf("vault.json says %+v, Info %+v", written, v.Info())
	}
	if !strings.Contains(written.Notice, "the key lies beside it") || !written.CreatedAt.Equal(noon) {
		t.Errorf("vault.json says %+v", written)
	}
	if !v.Created() {
		t.Error("a new vault is not called created")
	}
}

func TestOnlyADemonstrationVaultCanBeMadeWithoutAPassphrase(t *testing.T) {
	home := newHome(t)
	_, err := vault.Open(context.Background(), home, vault.Options{Create: true})
	wantCode(t, err, "vault-needs-keys")
	if _, err := os.Stat(home); !os.IsNotExist(err) {
		t.Error("the refusal left a folder behind")
	}
}

func TestTheFolderIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows: access comes from the folder above, %LocalAppData%, which is the user's own")
	}
	home := t.TempDir() // exists, empty, mode 0755
	v := create(t, home)
	if _, err := v.DB().Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(home, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenKeepsWhatIsThere(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	if _, err := v.DB().Exec("CREATE TABLE kept (x); INSERT INTO kept VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	again := create(t, home) // asking to create an existing vault opens it
	var x int
	if err := again.DB().QueryRow("SELECT x FROM kept").Scan(&x); err != nil || x != 7 {
		t.Errorf("got %d, %v", x, err)
	}
	if again.Created() || again.Info() != v.Info() {
		t.Error("the existing vault was made anew")
	}
}

func TestCoreSettings(t *testing.T) {
	v := create(t, newHome(t))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "page_size": "16384",
		"trusted_schema": "0", "busy_timeout": "10000", "application_id": "1448365635", "temp_store": "2",
	} {
		var got string
		if err := v.DB().QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
}

func TestCloseTwiceAndNoLogLeft(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	if _, err := v.DB().Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	for _, name := range files(t, home) {
		if strings.HasSuffix(name, "-wal") {
			t.Errorf("%s is left", name)
		}
	}
	if _, err := v.OpenDataset(context.Background(), "a", "1"); err == nil {
		t.Error("a closed vault opens a dataset")
	}
	if _, err := v.StageDataset(context.Background(), "a", "1"); err == nil {
		t.Error("a closed vault stages a dataset")
	}
}

func TestFolderNamesWithSpecialCharacters(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not allow these characters in names")
	}
	home := filepath.Join(t.TempDir(), "a b?mode=ro&x#é%20'\"")
	v := create(t, home)
	if err := publish(v, "a", "1", "word"); err != nil {
		t.Fatal(err)
	}
	if got := readDataset(t, v, "a", "1"); got != "word" {
		t.Errorf("read %q", got)
	}
	if _, err := os.Stat(filepath.Join(home, "core.db")); err != nil {
		t.Error("core.db is somewhere else")
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	rewrite := func(from, to string) func(*testing.T, string) {
		return func(t *testing.T, home string) {
			path := filepath.Join(home, "vault.json")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := bytes.Replace(data, []byte(from), []byte(to), 1)
			if bytes.Equal(changed, data) {
				t.Fatalf("no %s in vault.json", from)
			}
			put(t, path, string(changed))
		}
	}
	cases := map[string]struct {
		harm func(t *testing.T, home string)
		code string
	}{
		"no folder":       {func(t *testing.T, home string) { must(t, os.RemoveAll(home)) }, "vault-missing"},
		"an empty folder": {func(t *testing.T, home string) { must(t, os.RemoveAll(home)); must(t, os.Mkdir(home, 0o700)) }, "vault-missing"},
		"other files": {func(t *testing.T, home string) {
			must(t, os.RemoveAll(home))
			must(t, os.Mkdir(home, 0o700))
			put(t, filepath.Join(home, "thesis.txt"), "mine")
		}, "not-a-vault"},
		"a file":                 {func(t *testing.T, home string) { must(t, os.RemoveAll(home)); put(t, home, "x") }, "not-a-folder"},
		"no vault.json":          {func(t *testing.T, home string) { must(t, os.Remove(filepath.Join(home, "vault.json"))) }, "not-a-vault"},
		"empty vault.json":       {func(t *testing.T, home string) { put(t, filepath.Join(home, "vault.json"), "") }, "vault-damaged"},
		"cut vault.json":         {func(t *testing.T, home string) { must(t, os.Truncate(filepath.Join(home, "vault.json"), 40)) }, "vault-damaged"},
		"huge vault.json":        {func(t *testing.T, home string) { put(t, filepath.Join(home, "vault.json"), strings.Repeat(" ", 2<<20)) }, "vault-damaged"},
		"another program's":      {func(t *testing.T, home string) { put(t, filepath.Join(home, "vault.json"), `{"version":1}`) }, "vault-damaged"},
		"newer format":           {rewrite(`"vitrine_vault": 2`, `"vitrine_vault": 3`), "vault-newer"},
		"from before encryption": {rewrite(`"vitrine_vault": 2`, `"vitrine_vault": 1`), "vault-older"},
		"edited date":            {rewrite(`"created_at": "2026`, `"created_at": "2025`), "vault-damaged"},
		"edited kind":            {rewrite(`"demonstration": true`, `"demonstration": false`), "vault-damaged"},
		"edited keys":            {rewrite(`"mac": "`, `"mac": "AAAA`), "vault-keys-damaged"},
		"lost key":               {func(t *testing.T, home string) { must(t, os.Remove(filepath.Join(home, "demonstration.key"))) }, "file-missing"},
		"another vault's key": {func(t *testing.T, home string) {
			other := newHome(t)
			must(t, create(t, other).Close())
			must(t, os.Rename(filepath.Join(other, "demonstration.key"), filepath.Join(home, "demonstration.key")))
		}, "demonstration-key"},
		"another vault's core.db": {func(t *testing.T, home string) {
			other := newHome(t)
			must(t, create(t, other).Close())
			must(t, os.Rename(filepath.Join(other, "core.db"), filepath.Join(home, "core.db")))
		}, "database-damaged"},
		"unknown protection":   {rewrite(`"encrypted"`, `"quantum"`), "vault-newer"},
		"no protection":        {rewrite(`"protection"`, `"was_protection"`), "vault-damaged"},
		"another vault's json": {rewrite(`"id": "`, `"id": "00000000000000000000000000000000", "x": "`), "vault-damaged"},
		"lost core.db":         {func(t *testing.T, home string) { must(t, os.Remove(filepath.Join(home, "core.db"))) }, "vault-damaged"},
		"overwritten core.db": {func(t *testing.T, home string) {
			put(t, filepath.Join(home, "core.db"), strings.Repeat("not a database. ", 4096))
		}, "database-damaged"},
		"empty core.db": {func(t *testing.T, home string) { must(t, os.Truncate(filepath.Join(home, "core.db"), 0)) }, "vault-damaged"},
		"cut core.db":   {func(t *testing.T, home string) { must(t, os.Truncate(filepath.Join(home, "core.db"), 16384)) }, "database-damaged"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			home := newHome(t)
			must(t, create(t, home).Close())
			c.harm(t, home)
			_, err := vault.Open(ctx, home, vault.Options{})
			if p := wantCode(t, err, c.code); p.Place == "" {
				t.Error("it does not say where")
			}
			_, err = vault.Open(ctx, home, vault.Options{})
			wantCode(t, err, c.code) // the refusal let go of the lock
		})
	}
}

func TestCreateLeavesOtherPeoplesFoldersAlone(t *testing.T) {
	home := t.TempDir()
	put(t, filepath.Join(home, "thesis.txt"), "mine")
	_, err := vault.Open(context.Background(), home, vault.Options{Create: true, Demonstration: true})
	wantCode(t, err, "not-a-vault")
	if got := files(t, home); len(got) != 1 {
		t.Errorf("the folder now holds %q", got)
	}
}

func TestDefaultHome(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("checks the XDG rules")
	}
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	for value, want := range map[string]string{
		filepath.Join(dir, "data"): filepath.Join(dir, "data", "vitrine"),
		"relative":                 filepath.Join(dir, ".local", "share", "vitrine"),
		"":                         filepath.Join(dir, ".local", "share", "vitrine"),
	} {
		t.Setenv("XDG_DATA_HOME", value)
		if got, err := vault.DefaultHome(); err != nil || got != want {
			t.Errorf("XDG_DATA_HOME=%q: got %q, %v", value, got, err)
		}
	}
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "")
	_, err := vault.DefaultHome()
	wantCode(t, err, "home-unknown")
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"vitrine_vault":1,"id":"00112233445566778899aabbccddeeff","created_at":"2026-11-22T12:00:00Z","protection":"none","demonstration":true}`))
	f.Add([]byte(`{"vitrine_vault":2}`))
	f.Add([]byte(`{"vitrine_vault":2,"id":"00112233445566778899aabbccddeeff","created_at":"2026-11-22T12:00:00Z","protection":"encrypted","demonstration":true,"notice":"","keys":{"version":1}}`))
	f.Add([]byte(`{"vitrine_vault":1,"id":7}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := vault.ParseManifest(data)
		if err == nil && (info.Protection != vault.Encrypted || info.Format != 2 || len(info.ID) != 32) {
			t.Errorf("accepted %+v", info)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

package vault_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend/problem"
	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

const canary = "a-participant-was-here"

// TestNoFileHoldsWhatWasWritten looks for a canary in every file of the folder
// while transactions are open, after publishing and after closing.
func TestNoFileHoldsWhatWasWritten(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	tx, err := v.DB().BeginTx(ctx, nil)
	must(t, err)
	_, err = tx.Exec("CREATE TABLE note (text); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) INSERT INTO note SELECT ? || i FROM n", canary)
	must(t, err)
	lookFor(t, home, "in a transaction")
	must(t, tx.Commit())
	lookFor(t, home, "after the commit")
	staged, err := v.StageDataset(ctx, "canary", "1")
	must(t, err)
	_, err = staged.DB().Exec("CREATE TABLE content (word); INSERT INTO content SELECT ? FROM sqlite_schema", canary)
	must(t, err)
	lookFor(t, home, "in staging")
	must(t, staged.Publish(ctx, []byte(canary)))
	lookFor(t, home, "after publishing")
	must(t, v.Close())
	lookFor(t, home, "after closing")
}

func lookFor(t *testing.T, home, when string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, plain := range []string{canary, "SQLite format 3", "CREATE TABLE"} {
			if bytes.Contains(data, []byte(plain)) {
				t.Errorf("%s: %s holds %q", when, entry.Name(), plain)
			}
		}
		return err
	})
	must(t, err)
}

// TestAChangedDatasetIsNeverReadWrong flips one bit in each part of a file.
func TestAChangedDatasetIsNeverReadWrong(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	must(t, publish(v, "a", "1", "word"))
	path := filepath.Join(home, "datasets", "a@1.db")
	whole, err := os.ReadFile(path)
	must(t, err)
	for at := 100; at < len(whole); at += len(whole) / 40 {
		changed := bytes.Clone(whole)
		changed[at] ^= 1
		must(t, os.WriteFile(path, changed, 0o600))
		if word, err := readOnce(v, "a", "1"); err == nil && word != "word" {
			t.Errorf("bit at %d: read %q", at, word)
		}
		report, err := v.Check(context.Background())
		if err != nil || report.OK() {
			t.Errorf("bit at %d: the check says %+v, %v", at, report, err)
		}
	}
	must(t, os.WriteFile(path, whole, 0o600))
	if report, err := v.Check(context.Background()); err != nil || !report.OK() || report.Pages == 0 {
		t.Errorf("put back: %+v, %v", report, err)
	}
}

// readOnce counts a published word; an error is a problem for people.
func readOnce(v *vault.Vault, id, version string) (word string, err error) {
	ctx := context.Background()
	db, err := v.OpenDataset(ctx, id, version)
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRow("SELECT group_concat(DISTINCT word) FROM content").Scan(&word)
	return word, vault.DBProblem(err, id)
}

func TestADatasetOfAnotherFileIsRefused(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	must(t, publish(v, "a", "1", "one"))
	must(t, publish(v, "a", "2", "two"))
	data, err := os.ReadFile(filepath.Join(home, "datasets", "a@1.db"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(home, "datasets", "a@2.db"), data, 0o600))
	word, err := readOnce(v, "a", "2")
	if p := problem.From(err); p == nil || !strings.Contains(p.Code, "damaged") {
		t.Errorf("read %q, %v", word, err)
	}
}

// TestAVaultWithAPassphrase makes a real vault, which takes seconds: the keys'
// cost is that of the program.
func TestAVaultWithAPassphrase(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	passphrase := func(text string) *keys.Passphrase {
		t.Helper()
		p, err := keys.NewPassphrase([]byte(text))
		must(t, err)
		return p
	}
	var recovery string
	v, err := vault.Open(ctx, home, vault.Options{Clock: clock, Create: true, NewKeys: func(o keys.Options) (*keys.File, *keys.Ring, error) {
		c, err := keys.Create(passphrase("ten green glass cabinets"), o)
		if err != nil {
			return nil, nil, err
		}
		recovery = c.Recovery.Reveal()
		return c.File, c.Ring, nil
	}})
	must(t, err)
	must(t, publish(v, "a", "1", "word"))
	must(t, v.Close())
	if _, err := os.Stat(filepath.Join(home, "demonstration.key")); err == nil {
		t.Error("a key lies beside a real vault")
	}
	_, err = vault.Open(ctx, home, vault.Options{})
	wantCode(t, err, "vault-locked")
	_, err = vault.Open(ctx, home, vault.Options{Unlock: func(f *keys.File) (*keys.Ring, error) {
		return f.UnlockPassphrase(passphrase("ten green glass cabinet"), nil, nil)
	}})
	wantCode(t, err, "passphrase-wrong")
	for name, unlock := range map[string]func(f *keys.File) (*keys.Ring, error){
		"passphrase": func(f *keys.File) (*keys.Ring, error) {
			return f.UnlockPassphrase(passphrase("ten green glass cabinets"), nil, nil)
		},
		"recovery code": func(f *keys.File) (*keys.Ring, error) { return f.UnlockRecovery(recovery, nil) },
	} {
		v, err := vault.Open(ctx, home, vault.Options{Unlock: unlock})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := readDataset(t, v, "a", "1"); got != "word" || v.Info().Demonstration {
			t.Errorf("%s: read %q, info %+v", name, got, v.Info())
		}
		must(t, v.Close())
	}
}

package vault_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

// children are what the test binary does instead of testing when it is started
// again as a second process.
var children = map[string]func(home string) error{}

const (
	childVar = "VAULT_TEST_CHILD"
	homeVar  = "VAULT_TEST_HOME"
	stepVar  = "VAULT_TEST_DIE_AT" // a step's name, or # and how many are reached
)

func TestMain(m *testing.M) {
	name := os.Getenv(childVar)
	if name == "" {
		code := m.Run()
		_ = os.RemoveAll(template.home)
		os.Exit(code)
	}
	if step := os.Getenv(stepVar); step != "" {
		reached := 0
		vault.SetStep(func(at string) {
			if reached++; at == step || fmt.Sprint("#", reached) == step {
				kill()
			}
		})
	}
	if err := children[name](os.Getenv(homeVar)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// kill ends this process at once, as kill -9 does: no deferred call runs.
func kill() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	fmt.Fprintln(os.Stderr, err)
	select {} // the signal is on its way
}

// child prepares a second process.
func child(t *testing.T, name, home string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(append(os.Environ(), childVar+"="+name, homeVar+"="+home), env...)
	return cmd
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func create(t *testing.T, home string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock, Create: true, Demonstration: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func open(t *testing.T, home string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func newHome(t *testing.T) string { return filepath.Join(t.TempDir(), "home") }

// publish puts a dataset version in whose file and meta both hold word.
func publish(v *vault.Vault, id, version, word string) error {
	ctx := context.Background()
	s, err := v.StageDataset(ctx, id, version)
	if err != nil {
		return err
	}
	defer func() { _ = s.Discard() }()
	_, err = s.DB().ExecContext(ctx, `CREATE TABLE content (word TEXT);
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		INSERT INTO content SELECT ? FROM n`, word)
	if err != nil {
		return err
	}
	return s.Publish(ctx, []byte(word))
}

// read says what a dataset's file holds, having checked that it holds one thing.
func read(t *testing.T, db *sql.DB) string {
	t.Helper()
	var word, check string
	var words, rows int
	err := db.QueryRow("SELECT min(word), count(DISTINCT word), count(*) FROM content").Scan(&word, &words, &rows)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
		t.Fatalf("integrity %q, %v", check, err)
	}
	if words != 1 || rows != 1000 {
		t.Fatalf("%d words in %d rows", words, rows)
	}
	return word
}

func readDataset(t *testing.T, v *vault.Vault, id, version string) string {
	t.Helper()
	db, err := v.OpenDataset(context.Background(), id, version)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return read(t, db)
}

// wantCode checks for a problem with a code, a place and a remedy.
func wantCode(t *testing.T, err error, code string) *problem.Problem {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("want problem %q, got %v", code, err)
	}
	if p.Code != code || p.Hint == "" {
		t.Fatalf("want problem %q with a hint, got %q: %v", code, p.Code, p)
	}
	return p
}

// files lists a folder's names.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

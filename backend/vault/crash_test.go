package vault_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/vault"
)

func init() {
	children["create"] = func(home string) error {
		v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock, Create: true, Demonstration: true})
		if err != nil {
			return err
		}
		return v.Close()
	}
	children["publish"] = func(home string) error {
		v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock})
		if err != nil {
			return err
		}
		return publish(v, "a", os.Getenv("VAULT_TEST_VERSION"), "new")
	}
	children["write"] = func(home string) error {
		return vault.WriteFile(filepath.Join(home, "out.txt"), 0o644, func(w io.Writer) error {
			_, err := io.WriteString(w, newText)
			return err
		})
	}
}

var (
	oldText = strings.Repeat("old\n", 50_000)
	newText = strings.Repeat("new\n", 60_000)
)

// The steps at which a process is killed, in the order they are reached.
var (
	createSteps = []string{
		"create: folders made",
		"file demonstration.key: written", "file demonstration.key: synced", "file demonstration.key: renamed",
		"create: core staged",
		"file vault.json: written", "file vault.json: synced", "file vault.json: renamed", "create: vault.json written",
		"create: core in place",
		"file core.seals: written", "file core.seals: synced", "file core.seals: renamed",
	}
	publishSteps = []string{"publish: closed", "publish: synced", "publish: renamed", "publish: folder synced", "publish: about to commit", "publish: recorded", "publish: old file retired"}
	writeSteps   = []string{"file out.txt: written", "file out.txt: synced", "file out.txt: renamed"}
)

// TestEveryStepIsKilledAt keeps the lists above true: a step added to the code
// and not to them would never be tested.
func TestEveryStepIsKilledAt(t *testing.T) {
	var reached []string
	vault.SetStep(func(step string) { reached = append(reached, step) })
	defer vault.SetStep(func(string) {})
	v := create(t, newHome(t))
	must(t, publish(v, "a", "1", "old"))
	reached = slices.DeleteFunc(reached, func(s string) bool { return strings.HasPrefix(s, "publish") })
	if !slices.Equal(reached, createSteps) {
		t.Errorf("creating reaches %q", reached)
	}
	reached = nil
	must(t, publish(v, "a", "1", "new"))
	if !slices.Equal(reached, publishSteps) {
		t.Errorf("publishing reaches %q", reached)
	}
}

// runKilled runs a child that dies at a step and makes sure it did.
func runKilled(t *testing.T, name, home, step string, env ...string) {
	t.Helper()
	out, err := child(t, name, home, append(env, stepVar+"="+step)...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() == 1 {
		t.Fatalf("the child did not die at %q: %v %s", step, err, out)
	}
}

func TestKilledWhileCreating(t *testing.T) {
	for _, step := range createSteps {
		t.Run(step, func(t *testing.T) {
			home := newHome(t)
			runKilled(t, "create", home, step)
			v := create(t, home)
			must(t, publish(v, "a", "1", "word"))
			if got := readDataset(t, v, "a", "1"); got != "word" {
				t.Errorf("read %q", got)
			}
			checkTidy(t, home, "a@1.db")
		})
	}
}

func TestKilledWhilePublishing(t *testing.T) {
	for _, step := range publishSteps {
		t.Run("again/"+step, func(t *testing.T) {
			home := newHome(t)
			v := create(t, home)
			must(t, publish(v, "a", "1", "old"))
			must(t, v.Close())
			runKilled(t, "publish", home, step, "VAULT_TEST_VERSION=1")

			v = open(t, home)
			row := onlyDataset(t, v)
			word := readDataset(t, v, "a", "1")
			if word != string(row.Meta) || row.Damage != "" {
				t.Fatalf("the file holds %q, its row says %q %s", word, row.Meta, row.Damage)
			}
			if want := oldOrNew(step); word != want {
				t.Errorf("reads %q, want %q", word, want)
			}
			checkTidy(t, home, map[string]string{"old": "a@1.db", "new": "a@1~2.db"}[word])
		})
	}
	for _, step := range publishSteps[:len(publishSteps)-1] {
		t.Run("first/"+step, func(t *testing.T) {
			home := newHome(t)
			must(t, create(t, home).Close())
			runKilled(t, "publish", home, step, "VAULT_TEST_VERSION=2")

			v := open(t, home)
			if oldOrNew(step) == "new" {
				if got := readDataset(t, v, "a", "2"); got != "new" {
					t.Errorf("reads %q", got)
				}
				checkTidy(t, home, "a@2.db")
				return
			}
			_, err := v.OpenDataset(context.Background(), "a", "2")
			wantCode(t, err, "dataset-missing")
			checkTidy(t, home)
		})
	}
}

// oldOrNew is what must be there after death at a step of publishing.
func oldOrNew(step string) string {
	if step == "publish: recorded" || step == "publish: old file retired" {
		return "new"
	}
	return "old"
}

func TestKilledWhileWritingAFile(t *testing.T) {
	for _, step := range writeSteps {
		t.Run(step, func(t *testing.T) {
			home := t.TempDir()
			path := filepath.Join(home, "out.txt")
			put(t, path, oldText)
			runKilled(t, "write", home, step)
			data, err := os.ReadFile(path)
			must(t, err)
			want := oldText
			if step == "file out.txt: renamed" {
				want = newText
			}
			if string(data) != want {
				t.Errorf("%d bytes that are neither old nor new", len(data))
			}
		})
	}
}

func onlyDataset(t *testing.T, v *vault.Vault) vault.DatasetRow {
	t.Helper()
	rows, err := v.Datasets(context.Background())
	must(t, err)
	if len(rows) != 1 || !rows[0].Current {
		t.Fatalf("rows %+v", rows)
	}
	return rows[0]
}

// checkTidy says what may be in the folder of an open vault.
func checkTidy(t *testing.T, home string, datasets ...string) {
	t.Helper()
	allowed := append([]string{"vault.json", "lock", "demonstration.key", "core.seals", "core.db", "core.db-wal", "core.db-shm"}, datasets...)
	err := filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !slices.Contains(allowed, entry.Name()) {
			t.Errorf("%s is left", entry.Name())
		}
		return err
	})
	must(t, err)
}

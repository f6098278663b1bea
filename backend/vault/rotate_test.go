package vault_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"vitrine/backend/vault"
	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
)

func init() {
	children["rotate"] = func(home string) error {
		return inVault(home, func(v *vault.Vault) error {
			_, err := v.Rotate(context.Background(), keys.Secrets{}, nil)
			return err
		})
	}
	children["shred"] = func(home string) error {
		return inVault(home, func(v *vault.Vault) error {
			_, err := v.Shred(context.Background(), "a", "1")
			return err
		})
	}
}

// inVault opens a demonstration vault, does something and closes it.
func inVault(home string, do func(*vault.Vault) error) error {
	v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock})
	if err != nil {
		return err
	}
	return errors.Join(do(v), v.Close())
}

// killedEverywhere runs a child once for each step that it reaches, in a folder
// that prepare makes, kills it there, and has after look at what is left.
func killedEverywhere(t *testing.T, name string, prepare func(home string), after func(t *testing.T, home, step string)) {
	t.Helper()
	home := newHome(t)
	prepare(home)
	var steps []string
	vault.SetStep(func(step string) { steps = append(steps, step) })
	err := children[name](home)
	vault.SetStep(func(string) {})
	must(t, err)
	if len(steps) < 5 {
		t.Fatalf("only these steps: %q", steps)
	}
	for i, step := range steps {
		t.Run(step, func(t *testing.T) {
			home := newHome(t)
			prepare(home)
			runKilled(t, name, home, "#"+decimal(i+1))
			after(t, home, step)
		})
	}
}

func decimal(i int) string {
	text, _ := json.Marshal(i)
	return string(text)
}

// twoDatasets makes a demonstration vault with a dataset in two versions.
func twoDatasets(t *testing.T) func(home string) {
	return func(home string) {
		v := create(t, home)
		must(t, publish(v, "a", "1", "old"))
		must(t, publish(v, "a", "2", "new"))
		must(t, v.Close())
	}
}

// keyPart is what of vault.json says how many keys are kept.
type keyPart struct {
	Keys struct {
		Epoch    int
		Previous []any
		Facts    map[string]string
	}
}

func readKeyPart(t *testing.T, home string) keyPart {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(home, "vault.json"))
	must(t, err)
	var part keyPart
	must(t, json.Unmarshal(data, &part))
	return part
}

// onlyPresentKeys checks that vault.json keeps one vault key and one of core.db.
func onlyPresentKeys(t *testing.T, home string) {
	t.Helper()
	part := readKeyPart(t, home).Keys
	if len(part.Previous) > 0 || len(strings.Fields(part.Facts["core_key"])) != 1 {
		t.Errorf("earlier keys are kept: %d, and %q", len(part.Previous), part.Facts["core_key"])
	}
}

func wantSound(t *testing.T, v *vault.Vault) {
	t.Helper()
	report, err := v.Check(context.Background())
	if err != nil || !report.OK() {
		t.Errorf("the check says %+v, %v", report, err)
	}
}

func TestRotationLeavesNothingOfTheEarlierKeys(t *testing.T) {
	home := newHome(t)
	twoDatasets(t)(home)
	before, err := os.ReadFile(filepath.Join(home, "vault.json"))
	must(t, err)
	v := open(t, home)
	var pages encfs.Progress
	done, err := v.Rotate(context.Background(), keys.Secrets{}, func(p encfs.Progress) { pages = p })
	must(t, err)
	if done.Epoch != 2 || done.Unfinished || len(done.Renew) > 0 || pages.Total == 0 || pages.Done != pages.Total {
		t.Errorf("%+v, pages %+v", done, pages)
	}
	wantSound(t, v)
	must(t, publish(v, "a", "3", "newest"))
	must(t, v.Close())
	onlyPresentKeys(t, home)

	v = open(t, home)
	for version, want := range map[string]string{"1": "old", "2": "new", "3": "newest"} {
		if got := readDataset(t, v, "a", version); got != want {
			t.Errorf("version %s reads %q", version, got)
		}
	}
	wantSound(t, v)
	must(t, v.Close())

	put(t, filepath.Join(home, "vault.json"), string(before))
	_, err = vault.Open(context.Background(), home, vault.Options{})
	wantCode(t, err, "database-damaged")
}

func TestRotationsAddUp(t *testing.T) {
	home := newHome(t)
	twoDatasets(t)(home)
	for range 3 { // together more than a file can keep earlier keys
		v := open(t, home)
		for range 4 {
			_, err := v.Rotate(context.Background(), keys.Secrets{}, nil)
			must(t, err)
		}
		must(t, v.Close())
		onlyPresentKeys(t, home)
	}
	v := open(t, home)
	if got := readDataset(t, v, "a", "2"); got != "new" || readKeyPart(t, home).Keys.Epoch != 13 {
		t.Errorf("read %q", got)
	}
	wantSound(t, v)
}

// TestKilledWhileRotating: what was there opens, and the rotation is finished by
// opening once more.
func TestKilledWhileRotating(t *testing.T) {
	killedEverywhere(t, "rotate", twoDatasets(t), func(t *testing.T, home, _ string) {
		v := open(t, home)
		if got := readDataset(t, v, "a", "1") + readDataset(t, v, "a", "2"); got != "oldnew" {
			t.Errorf("read %q", got)
		}
		onlyPresentKeys(t, home)
		wantSound(t, v)
		checkTidy(t, home, "a@1.db", "a@2.db")
		_, err := v.Rotate(context.Background(), keys.Secrets{}, nil)
		must(t, err)
		must(t, v.Close())
		must(t, open(t, home).Close())
	})
}

// TestRotationUnderReaders: a reader of core.db keeps the earlier key, which goes
// when the vault is opened next; readers and publishers of datasets notice nothing.
func TestRotationUnderReaders(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	twoDatasets(t)(home)
	v := open(t, home)
	var others sync.WaitGroup
	others.Go(func() {
		for range 3 {
			if err := publish(v, "b", "1", "b"); err != nil {
				t.Error(err)
			}
		}
	})
	others.Go(func() {
		for range 20 {
			if word, err := readOnce(v, "a", "1"); err != nil || word != "old" {
				t.Errorf("read %q, %v", word, err)
			}
		}
	})
	for range 3 {
		if _, err := v.Rotate(ctx, keys.Secrets{}, nil); err != nil {
			t.Error(err)
		}
	}
	others.Wait()
	must(t, v.Close())
	v = open(t, home)
	if got := readDataset(t, v, "b", "1"); got != "b" {
		t.Errorf("read %q", got)
	}
	onlyPresentKeys(t, home)
	wantSound(t, v)
}

// TestAReaderWithoutEnd keeps the earlier keys, and nothing else, from going: what
// is rotated and shredded meanwhile is finished at the next opening.
func TestAReaderWithoutEnd(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	twoDatasets(t)(home)
	v := open(t, home)
	reader, err := v.DB().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	must(t, err)
	var n int
	must(t, reader.QueryRow("SELECT count(*) FROM dataset").Scan(&n))
	done, err := v.Rotate(ctx, keys.Secrets{}, nil)
	if err != nil || !done.Unfinished {
		t.Errorf("rotated under a reader: %+v, %v", done, err)
	}
	finished, err := v.Shred(ctx, "a", "1")
	if err != nil || finished {
		t.Errorf("shredded under a reader: %v, %v", finished, err)
	}
	if got := readDataset(t, v, "a", "2"); got != "new" {
		t.Errorf("read %q", got)
	}
	wantSound(t, v)
	must(t, reader.QueryRow("SELECT count(*) FROM dataset").Scan(&n))
	if n != 2 {
		t.Errorf("the reader now sees %d", n)
	}
	must(t, reader.Rollback())
	must(t, v.Close())
	v = open(t, home)
	onlyPresentKeys(t, home)
	wantSound(t, v)
	onlyDataset(t, v)
}

func TestShreddedDataIsGone(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	twoDatasets(t)(home)
	core, err := os.ReadFile(filepath.Join(home, "core.db"))
	must(t, err)
	path := filepath.Join(home, "datasets", "a@2.db")
	data, err := os.ReadFile(path)
	must(t, err)
	v := open(t, home)
	var sealed []byte
	must(t, v.DB().QueryRow("SELECT key FROM dataset WHERE version = '2'").Scan(&sealed))
	reader, err := v.OpenDataset(ctx, "a", "2")
	must(t, err)

	finished, err := v.Shred(ctx, "a", "2")
	must(t, err)
	if !finished {
		t.Error("the earlier key of core.db is kept")
	}
	if err := reader.Ping(); err == nil {
		t.Error("a reader still reads")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there")
	}
	var pages int
	must(t, v.DB().QueryRow("SELECT count(*) FROM sqlite_dbpage WHERE instr(data, ?) > 0", sealed).Scan(&pages))
	if pages > 0 {
		t.Errorf("%d pages of core.db hold the sealed key", pages)
	}
	if row := onlyDataset(t, v); row.Version != "1" {
		t.Errorf("current is %q", row.Version)
	}
	_, err = v.Shred(ctx, "a", "2")
	wantCode(t, err, "dataset-missing")
	wantSound(t, v)
	must(t, v.Close())
	onlyPresentKeys(t, home)

	// Both files as they were: the vault no longer opens them.
	present, err := os.ReadFile(filepath.Join(home, "core.db"))
	must(t, err)
	must(t, os.WriteFile(path, data, 0o600))
	must(t, os.WriteFile(filepath.Join(home, "core.db"), core, 0o600))
	_, err = vault.Open(ctx, home, vault.Options{})
	wantCode(t, err, "database-damaged")
	// The dataset's alone is a file that nothing names.
	must(t, os.WriteFile(filepath.Join(home, "core.db"), present, 0o600))
	v = open(t, home)
	_, err = v.OpenDataset(ctx, "a", "2")
	wantCode(t, err, "dataset-missing")
	checkTidy(t, home, "a@1.db")
	must(t, publish(v, "a", "2", "again"))
	if got := readDataset(t, v, "a", "2"); got != "again" {
		t.Errorf("read %q", got)
	}
}

func TestKilledWhileShredding(t *testing.T) {
	killedEverywhere(t, "shred", twoDatasets(t), func(t *testing.T, home, step string) {
		v := open(t, home)
		if got := readDataset(t, v, "a", "2"); got != "new" {
			t.Errorf("the other version reads %q", got)
		}
		rows, err := v.Datasets(context.Background())
		must(t, err)
		_, missing := os.Stat(filepath.Join(home, "datasets", "a@1.db"))
		if (len(rows) == 2) != (missing == nil) {
			t.Errorf("%d rows, and the file: %v", len(rows), missing)
		}
		if len(rows) == 2 {
			if got := readDataset(t, v, "a", "1"); got != "old" {
				t.Errorf("read %q", got)
			}
		}
		onlyPresentKeys(t, home)
		wantSound(t, v)
	})
}

// TestCheckSeesAnotherDescription: somebody edits vault.json while it is in use.
func TestCheckSeesAnotherDescription(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	path := filepath.Join(home, "vault.json")
	data, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, bytes.Replace(data, []byte(`"created_at": "2026`), []byte(`"created_at": "2025`), 1), 0o600))
	report, err := v.Check(context.Background())
	must(t, err)
	if report.OK() {
		t.Error("it says nothing of it")
	}
}

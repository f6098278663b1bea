package vault_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

func init() {
	children["backup"] = func(home string) error {
		return inVault(home, func(v *vault.Vault) error {
			_, err := v.Backup(context.Background(), home+"-backup")
			return err
		})
	}
	children["restore"] = func(home string) error {
		_, err := vault.Restore(context.Background(), vault.Restoring{From: home, To: home + "-restored"})
		return err
	}
}

func restore(t *testing.T, from, to string) {
	t.Helper()
	report, err := vault.Restore(context.Background(), vault.Restoring{From: from, To: to})
	if err != nil || !report.OK() || report.Folder != to {
		t.Fatalf("restore: %+v, %v", report, err)
	}
}

// wantBoth reads the two datasets that twoDatasets makes.
func wantBoth(t *testing.T, home string) {
	t.Helper()
	v := open(t, home)
	if got := readDataset(t, v, "a", "1") + readDataset(t, v, "a", "2"); got != "oldnew" {
		t.Errorf("%s reads %q", filepath.Base(home), got)
	}
	wantSound(t, v)
	must(t, v.Close())
}

// TestABackupIsOneStateOfAVaultInUse backs up while sums are written that add up
// in every state, and a version is published again and again.
func TestABackupIsOneStateOfAVaultInUse(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	twoDatasets(t)(home)
	v := open(t, home)
	must(t, v.Migrate(ctx, "sums", []string{"CREATE TABLE part (n INTEGER) STRICT; INSERT INTO part VALUES (50), (50)"}))
	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_, err := v.DB().Exec("UPDATE part SET n = CASE rowid WHEN 1 THEN ?1 ELSE 100 - ?1 END", i)
			if err := errors.Join(err, publish(v, "busy", "1", decimal(i))); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var folders []string
	for i := range 4 {
		to := filepath.Join(filepath.Dir(home), "backup-"+decimal(i))
		report, err := v.Backup(ctx, to)
		if err != nil || !report.OK() || report.Folder != to || report.Bytes == 0 || report.Vault != v.Info().ID {
			t.Errorf("%+v, %v", report, err)
		}
		folders = append(folders, to)
	}
	close(stop)
	others.Wait()
	must(t, v.Close())
	if got := files(t, filepath.Join(home, "datasets")); len(got) != 3 {
		t.Errorf("files that were kept for the backup are left: %q", got)
	}
	for _, from := range folders {
		lookFor(t, from, "in the backup")
		to := from + "-restored"
		restore(t, from, to)
		wantBoth(t, to)
		v := open(t, to)
		var sum int
		must(t, v.DB().QueryRow("SELECT sum(n) FROM part").Scan(&sum))
		if sum != 100 {
			t.Errorf("the parts add up to %d", sum)
		}
		must(t, v.Close())
	}
}

func TestBackupRefuses(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	full := filepath.Join(filepath.Dir(home), "full")
	must(t, os.MkdirAll(full, 0o700))
	put(t, filepath.Join(full, "letter.txt"), "mine")
	for to, code := range map[string]string{
		full: "backup-not-empty", home: "backup-inside", filepath.Join(home, "datasets", "x"): "backup-inside",
		filepath.Join(full, "letter.txt"): "not-a-folder",
	} {
		_, err := v.Backup(ctx, to)
		wantCode(t, err, code)
	}
	partial := filepath.Join(filepath.Dir(home), ".vitrine-b.partial")
	must(t, os.MkdirAll(partial, 0o700))
	put(t, filepath.Join(partial, "letter.txt"), "mine")
	_, err := v.Backup(ctx, filepath.Join(filepath.Dir(home), "b"))
	wantCode(t, err, "backup-not-empty")
	if got := files(t, partial); len(got) != 1 {
		t.Errorf("somebody's folder holds %q", got)
	}
	_, err = v.Backup(ctx, filepath.Join(filepath.Dir(home), "c"))
	must(t, err)
	_, err = v.Backup(ctx, filepath.Join(filepath.Dir(home), "c"))
	wantCode(t, err, "backup-not-empty")
	_, err = vault.Restore(ctx, vault.Restoring{From: filepath.Join(filepath.Dir(home), "c"), To: full})
	wantCode(t, err, "backup-not-empty")
	for _, inside := range []string{"", "datasets/x"} {
		_, err = vault.Restore(ctx, vault.Restoring{From: filepath.Join(filepath.Dir(home), "c"), To: filepath.Join(filepath.Dir(home), "c", inside)})
		wantCode(t, err, "backup-inside")
	}
	_, err = vault.Restore(ctx, vault.Restoring{From: filepath.Join(filepath.Dir(home), "none"), To: newHome(t)})
	wantCode(t, err, "vault-missing")
	_, err = vault.Restore(ctx, vault.Restoring{From: full})
	wantCode(t, err, "not-a-vault")
	_, err = vault.Restore(ctx, vault.Restoring{From: home})
	wantCode(t, err, "vault-in-use")
}

func TestKilledWhileBackingUp(t *testing.T) {
	killedEverywhere(t, "backup", twoDatasets(t), func(t *testing.T, home, step string) {
		wantWholeOrAbsent(t, home+"-backup")
		wantBoth(t, home)
		must(t, os.RemoveAll(home+"-backup"))
		must(t, children["backup"](home))
		wantOnly(t, home, "home", "home-backup")
		restore(t, home+"-backup", home+"-again")
		wantBoth(t, home+"-again")
	})
}

func TestKilledWhileRestoring(t *testing.T) {
	killedEverywhere(t, "restore", twoDatasets(t), func(t *testing.T, home, step string) {
		wantWholeOrAbsent(t, home+"-restored")
		must(t, os.RemoveAll(home+"-restored"))
		must(t, children["restore"](home))
		wantBoth(t, home+"-restored")
		wantBoth(t, home)
		wantOnly(t, home, "home", "home-restored")
	})
}

func wantWholeOrAbsent(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return
	}
	report, err := vault.Restore(context.Background(), vault.Restoring{From: folder})
	if err != nil || report.Files != 3 {
		t.Errorf("what is left is no whole vault: %+v, %v", report, err)
	}
}

// wantOnly says what may lie beside a vault.
func wantOnly(t *testing.T, home string, want ...string) {
	t.Helper()
	if got := files(t, filepath.Dir(home)); !slices.Equal(got, want) {
		t.Errorf("beside the vault lie %q", got)
	}
}

// TestABackupThatWasChangedIsNotRestored harms each of its files.
func TestABackupThatWasChangedIsNotRestored(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	twoDatasets(t)(home)
	must(t, children["backup"](home))
	good := home + "-backup"
	must(t, children["rotate"](home)) // so that its core.db and vault.json are others
	flip := func(path string) error {
		data, err := os.ReadFile(path)
		if err == nil {
			data[len(data)/2] ^= 4
			err = os.WriteFile(path, data, 0o600)
		}
		return err
	}
	from := func(name string) func(string) error {
		return func(path string) error {
			data, err := os.ReadFile(filepath.Join(home, name))
			return errors.Join(err, os.WriteFile(path, data, 0o600))
		}
	}
	for name, harm := range map[string]struct {
		file string
		do   func(path string) error
		code string
	}{
		"core.db flipped":     {"core.db", flip, "backup-damaged"},
		"core.db missing":     {"core.db", os.Remove, ""},
		"core.db later":       {"core.db", from("core.db"), "backup-damaged"},
		"dataset flipped":     {"datasets/a@1.db", flip, "backup-damaged"},
		"dataset missing":     {"datasets/a@1.db", os.Remove, "backup-damaged"},
		"dataset of another":  {"datasets/a@1.db", from("datasets/a@2.db"), "backup-damaged"},
		"vault.json flipped":  {"vault.json", flip, ""},
		"vault.json later":    {"vault.json", from("vault.json"), ""},
		"key file is missing": {"demonstration.key", os.Remove, "file-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "backup")
			must(t, os.CopyFS(folder, os.DirFS(good)))
			must(t, harm.do(filepath.Join(folder, filepath.FromSlash(harm.file))))
			for _, to := range []string{"", folder + "-restored"} {
				_, err := vault.Restore(ctx, vault.Restoring{From: folder, To: to})
				if err == nil {
					t.Fatalf("restored to %q", to)
				}
				if harm.code != "" {
					wantCode(t, err, harm.code)
				}
			}
			wantOnly(t, folder, "backup")
		})
	}
	folder := filepath.Join(t.TempDir(), "backup")
	must(t, os.CopyFS(folder, os.DirFS(good)))
	must(t, os.Remove(filepath.Join(folder, "datasets", "a@1.db")))
	report, err := vault.Restore(ctx, vault.Restoring{From: folder, To: folder + "-restored", EvenDamaged: true})
	if err != nil || len(report.Findings) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	if got := readDataset(t, open(t, folder+"-restored"), "a", "2"); got != "new" {
		t.Errorf("the good one reads %q", got)
	}
}

// TestADamagedDatasetDoesNotKeepTheRestFromBackup: it is told of.
func TestADamagedDatasetDoesNotKeepTheRestFromBackup(t *testing.T) {
	home := newHome(t)
	twoDatasets(t)(home)
	v := open(t, home)
	must(t, os.Remove(filepath.Join(home, "datasets", "a@1.db")))
	report, err := v.Backup(context.Background(), home+"-backup")
	if err != nil || len(report.Findings) != 1 || !strings.HasPrefix(report.Findings[0].Place, "a@1.db") {
		t.Errorf("%+v, %v", report, err)
	}
	must(t, v.Close())
	if got := readDataset(t, open(t, home+"-backup"), "a", "2"); got != "new" {
		t.Errorf("the backup reads %q", got)
	}
}

func TestADrillChangesNothing(t *testing.T) {
	home := newHome(t)
	twoDatasets(t)(home)
	must(t, children["backup"](home))
	before := sums(t, home+"-backup")
	report, err := vault.Restore(context.Background(), vault.Restoring{From: home + "-backup"})
	if err != nil || report.Files != 3 || report.Pages == 0 || !report.OK() {
		t.Errorf("%+v, %v", report, err)
	}
	if after := sums(t, home+"-backup"); !slices.Equal(before, after) {
		t.Errorf("before %q\nafter  %q", before, after)
	}
	wantOnly(t, home, "home", "home-backup")
}

func sums(t *testing.T, dir string) (list []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		list = append(list, entry.Name()+" "+string(sum[:]))
		return err
	}))
	return list
}

// TestClosingEndsABackup: what is under way is cancelled and leaves nothing.
func TestClosingEndsABackup(t *testing.T) {
	home := newHome(t)
	twoDatasets(t)(home)
	v := open(t, home)
	begun, closed := make(chan struct{}), make(chan error)
	vault.SetStep(func(step string) {
		if step == "backup: begun" {
			close(begun)
			_, err := v.Rotate(context.Background(), keys.Secrets{}, nil)
			wantCode(t, err, "vault-busy")
			go func() { closed <- v.Close() }()
			for { // until Close has cancelled it
				if _, err := v.Rotate(context.Background(), keys.Secrets{}, nil); err != nil && !strings.Contains(err.Error(), "backup") {
					return
				}
			}
		}
	})
	defer vault.SetStep(func(string) {})
	_, err := v.Backup(context.Background(), home+"-backup")
	if err == nil {
		t.Error("the backup was made of a closed vault")
	}
	<-begun
	must(t, <-closed)
	wantOnly(t, home, "home")
	wantBoth(t, home)
}

package vault_test

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

func init() {
	// limited may write no file beyond 256 KiB, and says what became of that.
	children["limited"] = func(home string) error {
		signal.Ignore(syscall.SIGXFSZ)
		limit := unix.Rlimit{Cur: 256 << 10, Max: 256 << 10}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		return vault.WriteFile(filepath.Join(home, "out.bin"), 0o600, random(1<<20))
	}
}

// random writes n bytes that do not compress.
func random(n int64) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.CopyN(w, rand.Reader, n)
		return err
	}
}

// smallDisk mounts a file system of its own. Permission bits do not bind root,
// a mount does.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("vitrine-test", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("mounting a small disk needs root: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestAFullDiskKeepsTheOldFile(t *testing.T) {
	dir := smallDisk(t, "1m")
	path := filepath.Join(dir, "out.bin")
	put(t, path, "old")
	wantCode(t, vault.WriteFile(path, 0o600, random(4<<20)), "disk-full")
	data, err := os.ReadFile(path)
	must(t, err)
	if string(data) != "old" || len(files(t, dir)) != 1 {
		t.Errorf("the file holds %d bytes, the folder %q", len(data), files(t, dir))
	}
}

func TestAFullDiskKeepsTheVault(t *testing.T) {
	ctx := context.Background()
	home := filepath.Join(smallDisk(t, "2m"), "home")
	v := create(t, home)
	must(t, publish(v, "a", "1", "old"))
	must(t, v.Migrate(ctx, "notes", []string{"CREATE TABLE notes (x INTEGER, text TEXT)"}))

	s, err := v.StageDataset(ctx, "a", "1")
	must(t, err)
	_, err = s.DB().Exec("CREATE TABLE content AS SELECT randomblob(8388608) AS word")
	wantCode(t, vault.DBProblem(err, "a@1"), "disk-full")
	must(t, s.Discard())

	var full error
	for range 1000 {
		if _, full = v.DB().Exec("INSERT INTO notes VALUES (1, ?)", strings.Repeat("x", 16<<10)); full != nil {
			break
		}
	}
	wantCode(t, vault.DBProblem(full, "core.db"), "disk-full")
	before := count(t, v, "notes")
	_ = v.Close() // a full disk may keep the log from being written back

	v = open(t, home)
	if got := count(t, v, "notes"); got != before {
		t.Errorf("%d rows after reopening, %d before", got, before)
	}
	if got := readDataset(t, v, "a", "1"); got != "old" {
		t.Errorf("read %q", got)
	}
}

// TestADiskThatFillsUpAnywhere publishes with a little more room each time, so
// that each write in turn is the one that fails.
func TestADiskThatFillsUpAnywhere(t *testing.T) {
	disk := smallDisk(t, "2m")
	filler := filepath.Join(disk, "filler")
	outcomes := map[string]int{}
	for room := int64(0); room <= 320<<10; room += 8 << 10 {
		home := filepath.Join(disk, "home")
		v := create(t, home)
		must(t, publish(v, "a", "1", "old"))
		fill(t, disk, filler, room)
		err := publish(v, "a", "1", "new")
		if err != nil {
			wantCode(t, vault.DBProblem(err, "a@1"), "disk-full")
		}
		_ = v.Close()
		must(t, os.Remove(filler))

		v = open(t, home)
		word, row := readDataset(t, v, "a", "1"), onlyDataset(t, v)
		if word != string(row.Meta) || row.Damage != "" || (word == "new") != (err == nil) {
			t.Errorf("with %d bytes of room: %v, then it reads %q and its row says %q %s", room, err, word, row.Meta, row.Damage)
		}
		outcomes[word]++
		must(t, v.Close())
		must(t, os.RemoveAll(home))
	}
	if outcomes["old"] == 0 || outcomes["new"] == 0 {
		t.Errorf("the room was never both too little and enough: %v", outcomes)
	}
}

// fill takes all of a disk but room.
func fill(t *testing.T, disk, filler string, room int64) {
	t.Helper()
	var stat unix.Statfs_t
	must(t, unix.Statfs(disk, &stat))
	size := max(int64(stat.Bavail)*stat.Bsize-room, 0)
	must(t, os.WriteFile(filler, make([]byte, size), 0o600))
}

func TestAFullDiskRefusesAVault(t *testing.T) {
	home := filepath.Join(smallDisk(t, "64k"), "home")
	_, err := vault.Open(context.Background(), home, vault.Options{Create: true, Demonstration: true})
	wantCode(t, err, "disk-full")
}

func TestAReadOnlyDisk(t *testing.T) {
	dir := smallDisk(t, "2m")
	home := filepath.Join(dir, "home")
	must(t, create(t, home).Close())
	must(t, unix.Mount("vitrine-test", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	_, err := vault.Open(context.Background(), home, vault.Options{})
	wantCode(t, err, "disk-read-only")
	_, err = vault.Open(context.Background(), filepath.Join(dir, "new"), vault.Options{Create: true, Demonstration: true})
	wantCode(t, err, "disk-read-only")
	wantCode(t, vault.WriteFile(filepath.Join(dir, "out"), 0o600, text("x")), "disk-read-only")
}

func TestAFileSizeLimit(t *testing.T) {
	home := t.TempDir()
	out, err := child(t, "limited", home).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "larger than this disk or account allows") {
		t.Errorf("the child said %q, %v", out, err)
	}
	if got := files(t, home); len(got) != 0 {
		t.Errorf("the folder holds %q", got)
	}
}

func TestABackupToAFullDiskLeavesNothing(t *testing.T) {
	disk := smallDisk(t, "64k")
	home := newHome(t)
	twoDatasets(t)(home)
	_, err := open(t, home).Backup(context.Background(), filepath.Join(disk, "backup"))
	wantCode(t, err, "disk-full")
	if got := files(t, disk); len(got) != 0 {
		t.Errorf("the disk holds %q", got)
	}
}

// TestADiskThatFillsUpWhileRotating leaves a little more room each time. Whatever
// was reached, both datasets are read, and with room the rotation is finished.
func TestADiskThatFillsUpWhileRotating(t *testing.T) {
	disk := smallDisk(t, "2m")
	home, filler := filepath.Join(disk, "home"), filepath.Join(disk, "filler")
	failed, finished := 0, 0
	for room := int64(0); room <= 320<<10; room += 16 << 10 {
		twoDatasets(t)(home)
		v := open(t, home)
		fill(t, disk, filler, room)
		done, err := v.Rotate(context.Background(), keys.Secrets{}, nil)
		switch {
		case err != nil:
			wantCode(t, err, "disk-full")
			failed++
		case !done.Unfinished:
			finished++
		}
		if got := readDataset(t, v, "a", "1"); got != "old" {
			t.Errorf("with %d bytes of room: read %q", room, got)
		}
		_ = v.Close()
		must(t, os.Remove(filler))
		wantBoth(t, home)
		onlyPresentKeys(t, home)
		must(t, os.RemoveAll(home))
	}
	if failed == 0 || finished == 0 {
		t.Errorf("%d failed, %d finished", failed, finished)
	}
}

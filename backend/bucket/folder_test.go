package bucket_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"vitrine/backend/bucket"
	"vitrine/backend/bucket/buckettest"
	"vitrine/backend/problem"
)

func open(t *testing.T, dir string) *bucket.Folder {
	t.Helper()
	f, err := bucket.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func TestFolderKeepsTheContract(t *testing.T) {
	buckettest.Run(t, func(t *testing.T) bucket.Bucket { return open(t, t.TempDir()) })
}

func TestAFolderThatCannotBeOpenedIsAProblem(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{filepath.Join(dir, "nowhere"): "folder-missing", file: "folder-expected"} {
		_, err := bucket.OpenFolder(path)
		if p := problem.From(err); p.Code != code || p.Place != path || p.Hint == "" {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := bucket.OpenFolder("a\x00b"); problem.From(err).Code != "folder-name" {
		t.Errorf("a name that cannot be: %v", err)
	}
}

func TestLinksDoNotLeadOut(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(secret, filepath.Join(dir, "file")), os.Symlink(outside, filepath.Join(dir, "folder"))); err != nil {
		t.Skip("this system makes no links")
	}
	b, ctx := open(t, dir), context.Background()
	for _, key := range []string{"file", "folder/secret"} {
		if _, err := b.Head(ctx, key); err == nil {
			t.Errorf("%s: seen through a link", key)
		}
		if body, _, err := b.Get(ctx, key, bucket.Range{}, ""); err == nil {
			data, _ := io.ReadAll(body)
			t.Errorf("%s: read %d bytes through a link", key, len(data))
		}
	}
	if _, err := b.Put(ctx, "folder/new", strings.NewReader("x"), bucket.PutOptions{}); err == nil {
		t.Error("written through a link")
	}
	if err := b.List(ctx, "", func(i bucket.Info) error { t.Errorf("listed %s", i.Key); return nil }); err != nil {
		t.Error(err)
	}
	if err := b.Delete(ctx, "folder/secret"); err == nil {
		t.Error("deleted through a link")
	}
	if data, err := os.ReadFile(secret); err != nil || string(data) != "secret" {
		t.Errorf("what lay outside is now %q, %v", data, err)
	}
}

func TestWhatACrashLeftIsNoObject(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".vitrine-unfinished-0123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir)
	if err := b.List(context.Background(), "", func(i bucket.Info) error { t.Errorf("listed %s", i.Key); return nil }); err != nil {
		t.Error(err)
	}
	if _, err := b.Head(context.Background(), ".vitrine-unfinished-0123"); !errors.Is(err, bucket.ErrKey) {
		t.Errorf("got %v", err)
	}
}

func TestAReadOnlyFolderIsReadAndNotWritten(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("this user may write everywhere")
	}
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "k"), []byte("text"), 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir)
	if _, err := b.Head(context.Background(), "k"); err != nil {
		t.Error(err)
	}
	if _, err := b.Put(context.Background(), "new", strings.NewReader("x"), bucket.PutOptions{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

// Package buckettest is the suite that every bucket.Bucket passes. An
// implementation's test calls Run with a function that gives a new, empty bucket.
package buckettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"vitrine/backend/bucket"
)

// Run checks the contract in the comments of bucket.Bucket.
func Run(t *testing.T, open func(t *testing.T) bucket.Bucket) {
	for name, check := range map[string]func(*testing.T, bucket.Bucket){
		"what is put is got":            roundTrip,
		"ranges":                        ranges,
		"what is not there":             absent,
		"keys":                          keys,
		"lists":                         lists,
		"conditions":                    conditions,
		"etags change":                  etags,
		"whole or absent":               whole,
		"a cancelled context":           cancelled,
		"a reader keeps its version":    versions,
		"one of many creators wins":     creators,
		"reading at places":             readerAt,
		"an object that changes is not": changed,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

var background = context.Background()

func put(t *testing.T, b bucket.Bucket, key, text string) bucket.Info {
	t.Helper()
	info, err := b.Put(background, key, strings.NewReader(text), bucket.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func get(b bucket.Bucket, key string, r bucket.Range, ifMatch string) (string, bucket.Info, error) {
	body, info, err := b.Get(background, key, r, ifMatch)
	if err != nil {
		return "", info, err
	}
	data, err := io.ReadAll(body)
	return string(data), info, errors.Join(err, body.Close())
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got %v, want %v", err, target)
	}
}

func roundTrip(t *testing.T, b bucket.Bucket) {
	big := strings.Repeat("0123456789abcdef", 1<<16)
	for key, text := range map[string]string{"a": "one", "b/c/d.parquet": "two", "empty": "", "big": big, "é/ünïcode x": "three"} {
		stored := put(t, b, key, text)
		got, info, err := get(b, key, bucket.Range{}, "")
		if err != nil || got != text || info != stored || info.Size != int64(len(text)) || info.Key != key || info.ETag == "" || info.Modified.IsZero() {
			t.Errorf("%s: %d bytes, %+v, stored %+v, %v", key, len(got), info, stored, err)
		}
		head, err := b.Head(background, key)
		if err != nil || head != info {
			t.Errorf("%s: head %+v, %v", key, head, err)
		}
	}
	put(t, b, "a", "another")
	if got, _, err := get(b, "a", bucket.Range{}, ""); got != "another" || err != nil {
		t.Errorf("after the second put: %q, %v", got, err)
	}
}

func ranges(t *testing.T, b bucket.Bucket) {
	put(t, b, "k", "0123456789")
	put(t, b, "empty", "")
	for _, c := range []struct {
		offset, length int64
		want           string
	}{{0, 0, "0123456789"}, {3, 4, "3456"}, {3, 0, "3456789"}, {9, 1, "9"}, {8, 100, "89"}, {0, 10, "0123456789"}} {
		got, info, err := get(b, "k", bucket.Range{Offset: c.offset, Length: c.length}, "")
		if err != nil || got != c.want || info.Size != 10 {
			t.Errorf("%d+%d: %q of %d, %v", c.offset, c.length, got, info.Size, err)
		}
	}
	for _, r := range []bucket.Range{{Offset: 10}, {Offset: 11, Length: 1}, {Offset: -1}, {Length: -1}} {
		_, _, err := get(b, "k", r, "")
		want(t, err, bucket.ErrRange)
	}
	if got, _, err := get(b, "empty", bucket.Range{}, ""); got != "" || err != nil {
		t.Errorf("all of an empty object: %q, %v", got, err)
	}
}

func absent(t *testing.T, b bucket.Bucket) {
	put(t, b, "folder/object", "x")
	for _, key := range []string{"nothing", "folder", "folder/other", "folder/object/below"} {
		_, err := b.Head(background, key)
		want(t, err, bucket.ErrNotExist)
		_, _, err = get(b, key, bucket.Range{}, "")
		want(t, err, bucket.ErrNotExist)
		if err := b.Delete(background, key); err != nil {
			t.Errorf("delete %s: %v", key, err)
		}
	}
	for range 2 {
		if err := b.Delete(background, "folder/object"); err != nil {
			t.Error(err)
		}
	}
	_, err := b.Head(background, "folder/object")
	want(t, err, bucket.ErrNotExist)
}

func keys(t *testing.T, b bucket.Bucket) {
	for _, key := range []string{"", "/a", "a/", "a//b", "..", "a/../b", ".", "./a", `a\b`, "a\x00b", "a\nb", "a:b", "CON", "con.txt", "a/LPT1.x/b",
		"a.", "a ", "\xff", strings.Repeat("a", 256), strings.Repeat("a/", 600) + "a"} {
		_, err := b.Head(background, key)
		want(t, err, bucket.ErrKey)
		_, _, err = b.Get(background, key, bucket.Range{}, "")
		want(t, err, bucket.ErrKey)
		_, err = b.Put(background, key, strings.NewReader("x"), bucket.PutOptions{})
		want(t, err, bucket.ErrKey)
		want(t, b.Delete(background, key), bucket.ErrKey)
	}
	for _, key := range []string{"a", "a.b", ".hidden", "...a", "CONSOLE", "com", "COM10", "a b", "ü", "a+b=c&d"} {
		if _, err := b.Put(background, key, strings.NewReader("x"), bucket.PutOptions{}); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func list(t *testing.T, b bucket.Bucket, prefix string) []string {
	t.Helper()
	names := []string{}
	err := b.List(background, prefix, func(i bucket.Info) error {
		names = append(names, i.Key)
		if head, err := b.Head(background, i.Key); err != nil || head.ETag != i.ETag || head.Size != i.Size {
			t.Errorf("%s is listed as %+v and is %+v, %v", i.Key, i, head, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func lists(t *testing.T, b bucket.Bucket) {
	if got := list(t, b, ""); len(got) != 0 {
		t.Fatalf("a new bucket has %v", got)
	}
	all := []string{"a", "b.x", "b/1", "b/2/z", "b/20", "b0", "é"} // by bytes: . before / before 0
	for _, key := range slices.Backward(all) {
		put(t, b, key, key)
	}
	for prefix, want := range map[string][]string{
		"": all, "b": all[1:6], "b/": all[2:5], "b/2": {"b/2/z", "b/20"}, "b/2/": {"b/2/z"}, "b/2/z": {"b/2/z"}, "b/2/zz": {}, "nothing/": {}, "/": {}, "..": {},
	} {
		if got := list(t, b, prefix); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", prefix, got, want)
		}
	}
	stop, calls := errors.New("enough"), 0
	err := b.List(background, "", func(bucket.Info) error { calls++; return stop })
	if want(t, err, stop); calls != 1 {
		t.Errorf("%d calls after the error", calls)
	}
}

func conditions(t *testing.T, b bucket.Bucket) {
	create, text := bucket.PutOptions{IfNoneMatch: true}, func() io.Reader { return strings.NewReader("text") }
	first, err := b.Put(background, "k", text(), create)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Put(background, "k", text(), create)
	want(t, err, bucket.ErrPrecondition)
	_, err = b.Put(background, "k", text(), bucket.PutOptions{IfMatch: "another"})
	want(t, err, bucket.ErrPrecondition)
	_, err = b.Put(background, "nothing", text(), bucket.PutOptions{IfMatch: first.ETag})
	want(t, err, bucket.ErrPrecondition)
	second, err := b.Put(background, "k", strings.NewReader("other"), bucket.PutOptions{IfMatch: first.ETag})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Put(background, "k", text(), bucket.PutOptions{IfMatch: first.ETag})
	want(t, err, bucket.ErrPrecondition)
	_, _, err = get(b, "k", bucket.Range{}, first.ETag)
	want(t, err, bucket.ErrPrecondition)
	if got, _, err := get(b, "k", bucket.Range{}, second.ETag); got != "other" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func etags(t *testing.T, b bucket.Bucket) {
	seen := map[string]bool{}
	for i := range 5 { // same size, in quick succession
		info := put(t, b, "k", fmt.Sprint(i))
		if seen[info.ETag] {
			t.Fatalf("version %d has the ETag of an older one", i)
		}
		seen[info.ETag] = true
	}
}

func whole(t *testing.T, b bucket.Bucket) {
	broken := errors.New("cable pulled")
	failing := func() io.Reader {
		return io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), iotest.ErrReader(broken))
	}
	_, err := b.Put(background, "new", failing(), bucket.PutOptions{})
	want(t, err, broken)
	_, err = b.Head(background, "new")
	want(t, err, bucket.ErrNotExist)
	before := put(t, b, "old", "as it was")
	_, err = b.Put(background, "old", failing(), bucket.PutOptions{})
	want(t, err, broken)
	if got, info, err := get(b, "old", bucket.Range{}, ""); got != "as it was" || info != before || err != nil {
		t.Errorf("got %q, %+v, %v", got, info, err)
	}
	if got := list(t, b, ""); !slices.Equal(got, []string{"old"}) {
		t.Errorf("left behind: %v", got)
	}
}

func cancelled(t *testing.T, b bucket.Bucket) {
	put(t, b, "k", "text")
	ctx, cancel := context.WithCancel(background)
	body, _, err := b.Get(ctx, "k", bucket.Range{}, "")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = io.ReadAll(body)
	want(t, err, context.Canceled)
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	_, err = b.Head(ctx, "k")
	want(t, err, context.Canceled)
	_, _, err = b.Get(ctx, "k", bucket.Range{}, "")
	want(t, err, context.Canceled)
	_, err = b.Put(ctx, "new", strings.NewReader("x"), bucket.PutOptions{})
	want(t, err, context.Canceled)
	want(t, b.List(ctx, "", func(bucket.Info) error { return nil }), context.Canceled)
	want(t, b.Delete(ctx, "k"), context.Canceled)
	if got := list(t, b, ""); !slices.Equal(got, []string{"k"}) {
		t.Errorf("now there is %v", got)
	}
}

func versions(t *testing.T, b bucket.Bucket) {
	put(t, b, "k", strings.Repeat("old ", 1000))
	body, _, err := b.Get(background, "k", bucket.Range{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(body, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	put(t, b, "k", strings.Repeat("new ", 1000))
	rest, err := io.ReadAll(body)
	if err != nil || string(rest) != strings.Repeat("old ", 999) {
		t.Errorf("the reader saw %d bytes of another version, %v", len(rest), err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
}

func creators(t *testing.T, b bucket.Bucket) {
	const n = 8
	var wait sync.WaitGroup
	won := make([]bool, n)
	for i := range n {
		wait.Go(func() {
			_, err := b.Put(background, "k", strings.NewReader(fmt.Sprint(i)), bucket.PutOptions{IfNoneMatch: true})
			if won[i] = err == nil; err != nil && !errors.Is(err, bucket.ErrPrecondition) {
				t.Errorf("creator %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	winner := slices.Index(won, true)
	if got, _, err := get(b, "k", bucket.Range{}, ""); winner < 0 || slices.Contains(won[winner+1:], true) || got != fmt.Sprint(winner) || err != nil {
		t.Errorf("won: %v, stored %q, %v", won, got, err)
	}
}

func readerAt(t *testing.T, b bucket.Bucket) {
	text := strings.Repeat("0123456789", 100)
	at := bucket.ReaderAt(background, b, put(t, b, "k", text))
	if err := iotest.TestReader(io.NewSectionReader(at, 0, int64(len(text))), []byte(text)); err != nil {
		t.Error(err)
	}
	p := make([]byte, 10)
	if n, err := at.ReadAt(p, 995); n != 5 || err != io.EOF || string(p[:n]) != "56789" {
		t.Errorf("over the end: %d, %v", n, err)
	}
	if n, err := at.ReadAt(p, 1000); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v", n, err)
	}
}

func changed(t *testing.T, b bucket.Bucket) {
	at := bucket.ReaderAt(background, b, put(t, b, "k", "old text"))
	put(t, b, "k", "new text")
	_, err := at.ReadAt(make([]byte, 3), 0)
	want(t, err, bucket.ErrPrecondition)
}

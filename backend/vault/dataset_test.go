package vault_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestPublishMakesAVersionCurrent(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	must(t, publish(v, "classics", "1.0", "first"))
	must(t, publish(v, "classics", "1.1", "second"))
	must(t, publish(v, "other", "1", "third"))
	must(t, v.Close())

	v = open(t, home)
	rows, err := v.Datasets(ctx)
	must(t, err)
	var got []string
	for _, row := range rows {
		word := readDataset(t, v, row.ID, row.Version)
		if word != string(row.Meta) || row.Damage != "" || row.Bytes == 0 || !row.PublishedAt.Equal(noon) {
			t.Errorf("%+v holds %q", row, word)
		}
		mark := ""
		if row.Current {
			mark = "*"
		}
		got = append(got, row.ID+"@"+row.Version+mark+" "+word)
	}
	want := []string{"classics@1.0 first", "classics@1.1* second", "other@1* third"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAReaderKeepsWhatItOpened(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	must(t, publish(v, "a", "1", "old"))
	old, err := v.OpenDataset(ctx, "a", "1")
	must(t, err)
	must(t, publish(v, "a", "1", "new"))

	// Two connections at once: the second opens its file only now.
	first, err := old.Conn(ctx)
	must(t, err)
	if got := read(t, old); got != "old" {
		t.Errorf("the open reader now reads %q", got)
	}
	must(t, first.Close())
	if got := readDataset(t, v, "a", "1"); got != "new" {
		t.Errorf("a new reader reads %q", got)
	}
	must(t, old.Close())
	if got := files(t, filepath.Join(home, "datasets")); !slices.Equal(got, []string{"a@1~2.db"}) {
		t.Errorf("after the last reader: %q", got)
	}
	rows, err := v.Datasets(ctx)
	must(t, err)
	if len(rows) != 1 || string(rows[0].Meta) != "new" {
		t.Errorf("rows %+v", rows)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	v := create(t, newHome(t))
	must(t, publish(v, "a", "1", "word"))
	db, err := v.OpenDataset(context.Background(), "a", "1")
	must(t, err)
	defer db.Close()
	for _, statement := range []string{"DELETE FROM content", "PRAGMA query_only=0; DELETE FROM content", "CREATE TABLE t (x)"} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if got := read(t, db); got != "word" {
		t.Errorf("read %q", got)
	}
}

func TestDatasetFilesAreReadInLargePagesWithoutLocks(t *testing.T) {
	v := create(t, newHome(t))
	must(t, publish(v, "a", "1", "word"))
	db, err := v.OpenDataset(context.Background(), "a", "1")
	must(t, err)
	for pragma, want := range map[string]string{"page_size": "32768", "application_id": "1448365636", "query_only": "1"} {
		var got string
		if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
	if got := files(t, filepath.Join(v.Home(), "datasets")); !slices.Equal(got, []string{"a@1.db"}) {
		t.Errorf("reading left %q", got)
	}
}

func TestCloseClosesReadersAndDiscardsStaging(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	must(t, publish(v, "a", "1", "word"))
	db, err := v.OpenDataset(ctx, "a", "1")
	must(t, err)
	s, err := v.StageDataset(ctx, "b", "1")
	must(t, err)
	must(t, v.Close())
	if err := db.Ping(); err == nil {
		t.Error("a reader outlived the vault")
	}
	if err := s.Publish(ctx, nil); err == nil {
		t.Error("published into a closed vault")
	}
	if got := files(t, filepath.Join(home, "staging")); len(got) != 0 {
		t.Errorf("staging holds %q", got)
	}
}

func TestDiscardLeavesNothing(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	s, err := v.StageDataset(ctx, "a", "1")
	must(t, err)
	_, err = s.DB().Exec("CREATE TABLE t (x)")
	must(t, err)
	must(t, s.Discard())
	must(t, s.Discard())
	if got := files(t, filepath.Join(home, "staging")); len(got) != 0 {
		t.Errorf("staging holds %q", got)
	}
	_, err = v.OpenDataset(ctx, "a", "1")
	wantCode(t, err, "dataset-missing")
}

func TestPublishRefusesAnOpenTransaction(t *testing.T) {
	ctx := context.Background()
	v := create(t, newHome(t))
	s, err := v.StageDataset(ctx, "a", "1")
	must(t, err)
	tx, err := s.DB().Begin()
	must(t, err)
	if err := s.Publish(ctx, nil); err == nil {
		t.Error("published half a transaction")
	}
	must(t, tx.Rollback())
	must(t, s.Publish(ctx, nil))
	if err := s.Publish(ctx, nil); err == nil {
		t.Error("published twice")
	}
	must(t, s.Discard())
}

func TestNames(t *testing.T) {
	ctx := context.Background()
	v := create(t, newHome(t))
	long := strings.Repeat("a", 65)
	for _, name := range [][2]string{
		{"", "1"}, {"a", ""}, {"../a", "1"}, {"a", "../1"}, {"a", "1/2"}, {`a\b`, "1"}, {"a", "."}, {"a", "1..2"},
		{"A", "1"}, {"a", "V1"}, {"a@b", "1"}, {"a", "1~2"}, {"-a", "1"}, {"a", "1\x00"}, {"é", "1"}, {long, "1"}, {"a", long}, {"a\n", "1"},
	} {
		_, err := v.StageDataset(ctx, name[0], name[1])
		wantCode(t, err, "dataset-name")
		_, err = v.OpenDataset(ctx, name[0], name[1])
		wantCode(t, err, "dataset-name")
	}
	must(t, publish(v, "clinical-classics-2", "2026.11-rc1_b", "word"))
}

func TestOpenTidiesUp(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	must(t, publish(v, "kept", "1", "word"))
	must(t, v.Close())
	for _, name := range []string{"staging/0011.db", "staging/0011.db-journal", "datasets/orphan@1.db", "datasets/kept@1~2.db", ".vitrine-00.tmp", "datasets/read me.txt"} {
		put(t, filepath.Join(home, filepath.FromSlash(name)), "x")
	}
	v = open(t, home)
	if got := files(t, filepath.Join(home, "datasets")); !slices.Equal(got, []string{"kept@1.db", "read me.txt"}) {
		t.Errorf("datasets holds %q", got)
	}
	if got := files(t, filepath.Join(home, "staging")); len(got) != 0 {
		t.Errorf("staging holds %q", got)
	}
	if _, err := os.Stat(filepath.Join(home, ".vitrine-00.tmp")); err == nil {
		t.Error("an unfinished file is left")
	}
	rows, err := v.Datasets(ctx)
	must(t, err)
	if len(rows) != 1 || rows[0].Damage != "" {
		t.Errorf("rows %+v", rows)
	}
}

func TestADamagedDatasetIsReportedAndNotOpened(t *testing.T) {
	ctx := context.Background()
	for name, harm := range map[string]func(path string) error{
		"missing":     os.Remove,
		"cut":         func(path string) error { return os.Truncate(path, 32768) },
		"overwritten": func(path string) error { return overwrite(path) },
	} {
		t.Run(name, func(t *testing.T) {
			home := newHome(t)
			v := create(t, home)
			must(t, publish(v, "a", "1", "word"))
			must(t, v.Close())
			must(t, harm(filepath.Join(home, "datasets", "a@1.db")))
			v = open(t, home)
			rows, err := v.Datasets(ctx)
			must(t, err)
			if len(rows) != 1 || (rows[0].Damage == "") != (name == "overwritten") {
				t.Errorf("rows %+v", rows)
			}
			_, err = v.OpenDataset(ctx, "a", "1")
			if name == "overwritten" {
				wantCode(t, err, "database-damaged")
			} else {
				wantCode(t, err, "dataset-damaged")
			}
			must(t, publish(v, "a", "1", "again")) // the remedy works
			if got := readDataset(t, v, "a", "1"); got != "again" {
				t.Errorf("read %q", got)
			}
		})
	}
}

// overwrite puts other bytes of the same length in a file's place.
func overwrite(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Repeat("x", len(data))), 0o600)
}

func TestPublishingAndReadingAtOnce(t *testing.T) {
	ctx := context.Background()
	v := create(t, newHome(t))
	must(t, publish(v, "a", "1", "old"))
	var wait sync.WaitGroup
	failed := make(chan error, 100)
	for range 2 {
		wait.Go(func() {
			for range 5 {
				if err := publish(v, "a", "1", "new"); err != nil {
					failed <- err
				}
			}
		})
		wait.Go(func() {
			for range 10 {
				db, err := v.OpenDataset(ctx, "a", "1")
				if err != nil {
					failed <- err
					continue
				}
				var words int
				if err := db.QueryRow("SELECT count(DISTINCT word) FROM content").Scan(&words); err != nil || words != 1 {
					failed <- err
				}
				_ = db.Close()
			}
		})
	}
	wait.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if got := files(t, filepath.Join(v.Home(), "datasets")); len(got) != 1 {
		t.Errorf("datasets holds %q", got)
	}
}

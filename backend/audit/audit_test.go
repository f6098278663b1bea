package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/backend/audit"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

var ctx = context.Background()

// hand is a clock that stands still until it is set.
type hand struct{ now time.Time }

func (h *hand) read() time.Time { return h.now }

func newClock() *hand { return &hand{time.Date(2026, 11, 22, 12, 0, 0, 123_456_789, time.UTC)} }

func openVault(t testing.TB, home string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(ctx, home, vault.Options{Create: true, Demonstration: true})
	must(t, err)
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func openLog(t testing.TB, clock func() time.Time) (*audit.Log, *vault.Vault) {
	t.Helper()
	v := openVault(t, filepath.Join(t.TempDir(), "home"))
	l, err := audit.Open(ctx, v, clock)
	must(t, err)
	return l, v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func event(detail map[string]any) audit.Event {
	return audit.Event{Actor: "ann", Door: "cli", Action: "dataset.import", Resource: "dataset/pbc", Outcome: audit.Done, Detail: detail}
}

func appendAll(t testing.TB, l *audit.Log, n int) {
	t.Helper()
	for i := range n {
		_, err := l.Append(ctx, event(map[string]any{"rows": i}))
		must(t, err)
	}
}

func verify(t testing.TB, l *audit.Log) audit.Report {
	t.Helper()
	r, err := l.Verify(ctx)
	must(t, err)
	return r
}

func TestAppendNumbersStampsAndKeeps(t *testing.T) {
	clock := newClock()
	home := filepath.Join(t.TempDir(), "home")
	v := openVault(t, home)
	l, err := audit.Open(ctx, v, clock.read)
	must(t, err)
	detail := map[string]any{"rows": 418, "file": "pbc <1>.parquet", "cut": false, "share": 0.25}
	first, err := l.Append(ctx, audit.Event{Seq: 99, At: time.Unix(0, 0), Hash: "mine", Actor: "ann", Door: "cli",
		Action: "dataset.import", Resource: "dataset/pbc", Outcome: audit.Allowed, Detail: detail})
	must(t, err)
	if first.Seq != 1 || !first.At.Equal(clock.now.Truncate(time.Microsecond)) || len(first.Hash) != 64 {
		t.Errorf("got %+v", first)
	}
	appendAll(t, l, 2)
	must(t, l.Close())
	must(t, v.Close())

	l, err = audit.Open(ctx, openVault(t, home), clock.read)
	must(t, err)
	fourth, err := l.Append(ctx, event(nil))
	must(t, err)
	if fourth.Seq != 4 || fourth.Detail != nil {
		t.Errorf("got %+v", fourth)
	}
	recent, err := l.Recent(ctx, 10)
	must(t, err)
	if len(recent) != 4 || recent[0].Seq != 4 || recent[3].Hash != first.Hash {
		t.Fatalf("got %+v", recent)
	}
	want := map[string]any{"rows": int64(418), "file": "pbc <1>.parquet", "cut": false, "share": 0.25}
	if !maps.Equal(recent[3].Detail, want) {
		t.Errorf("detail %v", recent[3].Detail)
	}
	if r := verify(t, l); !r.Intact() || r.Events != 4 || r.Head != fourth.Hash {
		t.Errorf("report %+v", r)
	}
}

// TestHashIsAsDocumented computes a hash from FORMAT.md alone.
func TestHashIsAsDocumented(t *testing.T) {
	l, _ := openLog(t, newClock().read)
	appendAll(t, l, 1)
	got, err := l.Append(ctx, event(map[string]any{"b": 1, "a": "é<"}))
	must(t, err)

	previous := make([]byte, 32)
	for _, fields := range [][]string{
		{"1", "2026-11-22T12:00:00.123456Z", "ann", "cli", "dataset.import", "dataset/pbc", "done", `{"rows":0}`},
		{"2", "2026-11-22T12:00:00.123456Z", "ann", "cli", "dataset.import", "dataset/pbc", "done", `{"a":"é<","b":1}`},
	} {
		data := append([]byte("vitrine-audit-1\n"), previous...)
		for _, f := range fields {
			data = binary.BigEndian.AppendUint32(data, uint32(len(f)))
			data = append(data, f...)
		}
		sum := sha256.Sum256(data)
		previous = sum[:]
	}
	if want := hex.EncodeToString(previous); got.Hash != want {
		t.Errorf("hash %s, want %s", got.Hash, want)
	}
	// Golden: what the first release wrote. Computed with Python's hashlib and struct.
	const golden = "db574a04056622b81743b8b9c618233ccf598d0fa3f5ee35702bbfabfa90f6f3"
	if got.Hash != golden {
		t.Errorf("hash %s, want the golden %s", got.Hash, golden)
	}
}

func TestAClockTurnedBackIsRecordedAsItWas(t *testing.T) {
	clock := newClock()
	l, _ := openLog(t, clock.read)
	appendAll(t, l, 1)
	clock.now = clock.now.Add(-48 * time.Hour)
	e, err := l.Append(ctx, event(nil))
	must(t, err)
	if e.Seq != 2 || !e.At.Equal(clock.now.Truncate(time.Microsecond)) || !verify(t, l).Intact() {
		t.Errorf("got %+v", e)
	}
}

func TestAppendRefuses(t *testing.T) {
	l, _ := openLog(t, nil)
	change := func(f func(*audit.Event)) audit.Event { e := event(nil); f(&e); return e }
	for name, e := range map[string]audit.Event{
		"no actor":               change(func(e *audit.Event) { e.Actor = "" }),
		"no action":              change(func(e *audit.Event) { e.Action = "" }),
		"an unknown outcome":     change(func(e *audit.Event) { e.Outcome = "perhaps" }),
		"a forged line":          change(func(e *audit.Event) { e.Resource = "pbc\n2 ann cli" }),
		"a terminal sequence":    change(func(e *audit.Event) { e.Actor = "ann\x1b[2K" }),
		"no UTF-8":               change(func(e *audit.Event) { e.Door = "\xff" }),
		"a very long name":       change(func(e *audit.Event) { e.Resource = strings.Repeat("x", 2000) }),
		"a very long detail":     event(map[string]any{"x": strings.Repeat("x", 20_000)}),
		"a list in the detail":   event(map[string]any{"rows": []int{1, 2}}),
		"a map in the detail":    event(map[string]any{"row": map[string]any{"bili": 3}}),
		"a struct in it":         event(map[string]any{"at": time.Now()}),
		"nothing in it":          event(map[string]any{"x": nil}),
		"an infinite number":     event(map[string]any{"x": math.Inf(1)}),
		"no UTF-8 in the detail": event(map[string]any{"x": "\xff"}),
	} {
		if _, err := l.Append(ctx, e); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if r := verify(t, l); r.Events != 0 || !r.Intact() {
		t.Errorf("report %+v", r)
	}
}

func TestNoEventNoAction(t *testing.T) {
	l, v := openLog(t, nil)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := l.Append(cancelled, event(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	_, err := v.DB().Exec("PRAGMA query_only=1")
	must(t, err)
	v.DB().SetMaxOpenConns(1) // the connection that was just made read-only
	_, err = l.Append(ctx, event(nil))
	if p := problem.From(err); p.Code != "disk-read-only" {
		t.Errorf("read-only: %v", err)
	}
	if err := l.Coalesced(ctx, event(nil), "k"); problem.From(err).Code != "disk-read-only" {
		t.Errorf("read-only, counted: %v", err)
	}
	must(t, l.Close())
	must(t, l.Close())
	if _, err := l.Append(ctx, event(nil)); err == nil {
		t.Error("a closed log was written")
	}
	if err := l.Coalesced(ctx, event(nil), "k"); err == nil {
		t.Error("a closed log counted")
	}
}

func TestAppendingAtOnce(t *testing.T) {
	l, _ := openLog(t, nil)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				if _, err := l.Append(ctx, event(nil)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if r := verify(t, l); r.Events != 160 || !r.Intact() {
		t.Errorf("report %+v", r)
	}
}

func TestAll(t *testing.T) {
	l, _ := openLog(t, nil)
	appendAll(t, l, 5)
	var seen []int64
	for e, err := range l.All(ctx, 2) {
		must(t, err)
		if seen = append(seen, e.Seq); len(seen) == 2 {
			_, err := l.Append(ctx, event(nil)) // writing while reading
			must(t, err)
			break
		}
	}
	if fmt.Sprint(seen) != "[3 4]" {
		t.Errorf("saw %v", seen)
	}
	if none, err := l.Recent(ctx, 0); err != nil || none == nil || len(none) != 0 {
		t.Errorf("got %v, %v", none, err)
	}
}

func TestTheTablesRefuseOrdinaryChanges(t *testing.T) {
	l, v := openLog(t, nil)
	appendAll(t, l, 3)
	for _, statement := range []string{
		"UPDATE audit_event SET actor = 'bea'", "DELETE FROM audit_event WHERE seq = 3", "DELETE FROM audit_event",
		"INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 2",
		"INSERT INTO audit_event SELECT 9, at, actor, door, action, resource, outcome, detail, hash FROM audit_event WHERE seq = 2",
		"UPDATE audit_head SET events = 1", "DELETE FROM audit_head", "INSERT INTO audit_head SELECT 2, events, hash FROM audit_head",
		"INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head",
	} {
		if _, err := v.DB().Exec(statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if r := verify(t, l); r.Events != 3 || !r.Intact() {
		t.Errorf("report %+v", r)
	}
}

func TestTamperingIsFoundWhereItIs(t *testing.T) {
	const unguard = `DROP TRIGGER audit_event_kept_as_written; DROP TRIGGER audit_event_kept; DROP TRIGGER audit_event_in_turn;
		DROP TRIGGER audit_head_forward; DROP TRIGGER audit_head_kept; DROP TRIGGER audit_head_single;`
	cases := map[string]struct {
		tamper string
		first  int64
	}{
		"nothing":                   {"", 0},
		"an edited actor":           {"UPDATE audit_event SET actor = 'bea' WHERE seq = 4", 4},
		"an edited time":            {"UPDATE audit_event SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 1", 1},
		"a time that is none":       {"UPDATE audit_event SET at = 'x' WHERE seq = 2", 2},
		"an edited detail":          {"UPDATE audit_event SET detail = '{}' WHERE seq = 10", 10},
		"text moved between fields": {"UPDATE audit_event SET actor = 'annc', door = 'li' WHERE seq = 5", 5},
		"an edited hash":            {"UPDATE audit_event SET hash = zeroblob(32) WHERE seq = 6", 6},
		"a deleted event":           {"DELETE FROM audit_event WHERE seq = 3", 3},
		"a deleted first event":     {"DELETE FROM audit_event WHERE seq = 1", 1},
		"deleted and renumbered":    {"DELETE FROM audit_event WHERE seq = 3; UPDATE audit_event SET seq = seq - 1 WHERE seq > 3", 3},
		"two events exchanged":      {"UPDATE audit_event SET seq = 99 WHERE seq = 7; UPDATE audit_event SET seq = 7 WHERE seq = 8; UPDATE audit_event SET seq = 8 WHERE seq = 99", 7},
		"the end cut off":           {"DELETE FROM audit_event WHERE seq > 8", 9},
		"everything removed":        {"DELETE FROM audit_event", 1},
		"an event added at the end": {"INSERT INTO audit_event SELECT 11, at, actor, door, action, resource, outcome, detail, hash FROM audit_event WHERE seq = 10", 11},
		"an event added before all": {"INSERT INTO audit_event SELECT 0, at, actor, door, action, resource, outcome, detail, hash FROM audit_event WHERE seq = 10", 1},
		"the head set back":         {"UPDATE audit_head SET events = 9", 10},
		"the head's hash":           {"UPDATE audit_head SET hash = zeroblob(32)", 10},
		"the head removed":          {"DELETE FROM audit_head", 11},
		"cut off, the head set to match": {`DELETE FROM audit_event WHERE seq > 8;
			UPDATE audit_head SET events = 8, hash = (SELECT hash FROM audit_event WHERE seq = 8)`, 0}, // not found, as FORMAT.md says
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l, v := openLog(t, nil)
			appendAll(t, l, 10)
			_, err := v.DB().Exec(unguard + c.tamper)
			must(t, err)
			r := verify(t, l)
			if r.FirstBroken != c.first || r.Intact() != (c.first == 0) || (r.Finding == "") != (c.first == 0) {
				t.Errorf("report %+v, want first broken %d", r, c.first)
			}
		})
	}
}

func TestALogWithoutItsHeadIsNotWritten(t *testing.T) {
	l, v := openLog(t, nil)
	appendAll(t, l, 1)
	_, err := v.DB().Exec("DROP TRIGGER audit_head_kept; DELETE FROM audit_head")
	must(t, err)
	if _, err := l.Append(ctx, event(nil)); problem.From(err).Code != "audit-damaged" {
		t.Errorf("got %v", err)
	}
}

func TestACutLogGrowsOnAndStaysFound(t *testing.T) {
	l, v := openLog(t, nil)
	appendAll(t, l, 5)
	_, err := v.DB().Exec("DROP TRIGGER audit_event_kept; DELETE FROM audit_event WHERE seq > 3")
	must(t, err)
	appendAll(t, l, 2)
	if r := verify(t, l); r.FirstBroken != 4 || r.Events != 5 {
		t.Errorf("report %+v", r)
	}
}

func BenchmarkAppend(b *testing.B) {
	l, _ := openLog(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Append(ctx, event(nil)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCoalescedCountedOnly(b *testing.B) {
	l, _ := openLog(b, newClock().read) // the minute never ends
	e := event(nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Coalesced(ctx, e, "cohort.count draft-7f3a9c"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	l, _ := openLog(b, nil)
	appendAll(b, l, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if r := verify(b, l); !r.Intact() {
			b.Fatal(r)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/event")
}

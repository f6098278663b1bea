package audit_test

import (
	"slices"
	"testing"
	"time"

	"vitrine/backend/audit"
)

// look is one evaluation of a cohort.
func look(t *testing.T, l *audit.Log, actor, resource, key string) {
	t.Helper()
	must(t, l.Coalesced(ctx, audit.Event{Actor: actor, Door: "window", Action: "cohort.count", Resource: resource, Outcome: audit.Allowed}, key))
}

// counts are the evaluations that the events account for, in order.
func counts(t *testing.T, l *audit.Log) []int64 {
	t.Helper()
	list := []int64{}
	for e, err := range l.All(ctx, 0) {
		must(t, err)
		n, ok := e.Detail["evaluations"].(int64)
		if !ok {
			t.Fatalf("event %d does not count: %v", e.Seq, e.Detail)
		}
		list = append(list, n)
	}
	return list
}

func TestOneEventPerKeyAndMinute(t *testing.T) {
	clock := newClock() // 12:00:00
	l, v := openLog(t, clock.read)
	tick := func(d time.Duration, times int) {
		clock.now = clock.now.Add(d)
		for range times {
			look(t, l, "ann", "cohort/1111", "a")
		}
	}
	tick(0, 1)
	if got := counts(t, l); !slices.Equal(got, []int64{1}) {
		t.Errorf("the first is not written at once: %v", got)
	}
	tick(10*time.Second, 7)
	tick(49*time.Second, 2) // 12:00:59
	if got := counts(t, l); !slices.Equal(got, []int64{1}) {
		t.Errorf("the minute is not over: %v", got)
	}
	tick(time.Second, 5) // 12:01:00
	if got := counts(t, l); !slices.Equal(got, []int64{1, 10}) {
		t.Errorf("the next minute: %v", got)
	}
	must(t, l.Close())
	again, err := audit.Open(ctx, v, clock.read)
	must(t, err)
	if got := counts(t, again); !slices.Equal(got, []int64{1, 10, 4}) {
		t.Errorf("closed: %v", got)
	}
	recent, err := again.Recent(ctx, 2)
	must(t, err)
	if since := recent[1].Detail["counted_since"]; since != "2026-11-22T12:00:10.123456Z" {
		t.Errorf("counted since %v", since)
	}
	if r := verify(t, again); !r.Intact() {
		t.Errorf("report %+v", r)
	}
}

func TestWhatIsCountedTogether(t *testing.T) {
	l, _ := openLog(t, newClock().read)
	look(t, l, "ann", "cohort/1111", "draft")
	look(t, l, "ann", "cohort/2222", "draft") // the slider moved: another hash, the same draft
	look(t, l, "ann", "cohort/3333", "draft")
	look(t, l, "bea", "cohort/3333", "draft") // somebody else's
	look(t, l, "ann", "cohort/3333", "other")
	if got := counts(t, l); !slices.Equal(got, []int64{1, 1, 1}) {
		t.Errorf("written %v", got)
	}
	must(t, l.Flush(ctx))
	must(t, l.Flush(ctx))
	look(t, l, "ann", "cohort/4444", "draft") // still the same minute
	if got := counts(t, l); !slices.Equal(got, []int64{1, 1, 1, 2}) {
		t.Errorf("flushed %v", got)
	}
	recent, err := l.Recent(ctx, 1)
	must(t, err)
	if recent[0].Actor != "ann" || recent[0].Resource != "cohort/3333" {
		t.Errorf("the count is put down to %+v", recent[0])
	}
}

func TestAClockTurnedBackStartsAnotherMinute(t *testing.T) {
	clock := newClock()
	l, _ := openLog(t, clock.read)
	look(t, l, "ann", "cohort/1", "a")
	look(t, l, "ann", "cohort/1", "a")
	clock.now = clock.now.Add(-time.Hour)
	look(t, l, "ann", "cohort/1", "a")
	if got := counts(t, l); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("written %v", got)
	}
}

func TestCountsSurviveAFailedWrite(t *testing.T) {
	clock := newClock()
	l, v := openLog(t, clock.read)
	for range 3 {
		look(t, l, "ann", "cohort/1", "a")
	}
	v.DB().SetMaxOpenConns(1)
	_, err := v.DB().Exec("PRAGMA query_only=1")
	must(t, err)
	if err := l.Flush(ctx); err == nil {
		t.Error("flushed to a read-only database")
	}
	clock.now = clock.now.Add(time.Minute)
	if err := l.Coalesced(ctx, audit.Event{Actor: "ann", Door: "window", Action: "cohort.count", Outcome: audit.Allowed}, "a"); err == nil {
		t.Error("the first of a minute was not written and no error said so")
	}
	_, err = v.DB().Exec("PRAGMA query_only=0")
	must(t, err)
	look(t, l, "ann", "cohort/1", "a")
	if got := counts(t, l); !slices.Equal(got, []int64{1, 3}) {
		t.Errorf("written %v", got)
	}
}

func TestTheCallersDetailIsLeftAlone(t *testing.T) {
	l, _ := openLog(t, newClock().read)
	detail := map[string]any{"rows": 1}
	must(t, l.Coalesced(ctx, event(detail), "a"))
	if len(detail) != 1 {
		t.Errorf("it became %v", detail)
	}
}

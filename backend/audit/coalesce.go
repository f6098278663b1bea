package audit

import (
	"context"
	"errors"
	"maps"
	"time"
)

// maxWindows bounds what is kept in memory; beyond it everything counted is written.
const maxWindows = 4096

// windowKey is what evaluations must share to be counted together: besides the
// caller's key everything that says who did what and how it went, so that no count
// is put down to somebody else. Not the resource: while a slider moves, the key
// stays and the resource, a definition's hash, changes.
type windowKey struct {
	key, actor, door, action string
	outcome                  Outcome
}

// window is what is known of a key: the minute of its last event, and what
// happened in that minute since.
type window struct {
	minute int64
	event  Event // for the event that Flush writes: the first, about the latest resource
	held   int64 // evaluations not yet accounted for
	since  time.Time
}

// Coalesced records an evaluation that may happen many times a second. The first
// for a key in a minute of the clock is appended at once, as Append does; the
// others of that minute are only counted, and their number goes into the key's
// next event, or into one of its own on Flush or Close. key says what is looked
// at; actor, door, action and outcome are told apart as well. Detail gets
// "evaluations", how many the event accounts for. After an error the caller must
// not evaluate.
func (l *Log) Coalesced(ctx context.Context, e Event, key string) error {
	id := windowKey{key, e.Actor, e.Door, e.Action, e.Outcome}
	now := l.clock()
	minute := now.Unix() / 60
	l.counting.Lock()
	defer l.counting.Unlock()
	w := l.windows[id]
	if w != nil && w.minute == minute {
		if w.held++; w.held == 1 {
			w.since = now
		}
		w.event.Resource = e.Resource
		return nil
	}
	if w == nil {
		w = &window{}
	}
	if _, err := l.append(ctx, w.counted(e, 1)); err != nil {
		return err
	}
	l.windows[id] = &window{minute: minute, event: e}
	return l.bound(ctx, minute)
}

// counted is an event that accounts for now more evaluations and for those held.
func (w *window) counted(e Event, now int64) Event {
	detail := maps.Clone(e.Detail)
	if detail == nil {
		detail = map[string]any{}
	}
	detail["evaluations"] = w.held + now
	if w.held > 0 {
		detail["counted_since"] = w.since.UTC().Format(timeFormat)
	}
	e.Detail = detail
	return e
}

// bound forgets keys that have nothing to tell once there are many, and writes
// what is counted where that is not enough. l.counting is held.
func (l *Log) bound(ctx context.Context, minute int64) error {
	if len(l.windows) <= maxWindows {
		return nil
	}
	maps.DeleteFunc(l.windows, func(_ windowKey, w *window) bool { return w.held == 0 && w.minute != minute })
	if len(l.windows) <= maxWindows {
		return nil
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	clear(l.windows)
	return nil
}

// Flush writes an event for every key that has something counted.
func (l *Log) Flush(ctx context.Context) error {
	l.counting.Lock()
	defer l.counting.Unlock()
	return l.flush(ctx)
}

// flush writes in one transaction, so that after an error all counts are kept.
// l.counting is held.
func (l *Log) flush(ctx context.Context) error {
	var events []Event
	for _, w := range l.windows {
		if w.held > 0 {
			events = append(events, w.counted(w.event, 0))
		}
	}
	if len(events) > 0 {
		if _, err := l.append(ctx, events...); err != nil {
			return errors.Join(errors.New("write counted evaluations"), err)
		}
	}
	for _, w := range l.windows {
		w.held = 0
	}
	return nil
}

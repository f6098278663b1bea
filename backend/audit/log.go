package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

// Store is where the log lives; *vault.Vault is one. The log does not close it,
// and is closed before it.
type Store interface {
	// Migrate applies a component's schema steps, each once.
	Migrate(ctx context.Context, component string, steps []string) error
	// DB is a SQLite database whose transactions survive a crash once committed.
	DB() *sql.DB
}

var steps = []string{
	`CREATE TABLE audit_event (
		seq      INTEGER PRIMARY KEY,
		at       TEXT NOT NULL,
		actor    TEXT NOT NULL,
		door     TEXT NOT NULL,
		action   TEXT NOT NULL,
		resource TEXT NOT NULL,
		outcome  TEXT NOT NULL,
		detail   TEXT NOT NULL,
		hash     BLOB NOT NULL CHECK (length(hash) = 32)
	) STRICT;
	CREATE TABLE audit_head (
		only   INTEGER PRIMARY KEY CHECK (only = 1),
		events INTEGER NOT NULL,
		hash   BLOB NOT NULL CHECK (length(hash) = 32)
	) STRICT;
	INSERT INTO audit_head (only, events, hash) VALUES (1, 0, zeroblob(32));
	CREATE TRIGGER audit_event_kept_as_written BEFORE UPDATE ON audit_event
		BEGIN SELECT RAISE(ABORT, 'audit events are not changed'); END;
	CREATE TRIGGER audit_event_kept BEFORE DELETE ON audit_event
		BEGIN SELECT RAISE(ABORT, 'audit events are not removed'); END;
	CREATE TRIGGER audit_event_in_turn BEFORE INSERT ON audit_event
		WHEN NEW.seq IS NOT (SELECT events + 1 FROM audit_head)
		BEGIN SELECT RAISE(ABORT, 'audit events are written in turn'); END;
	CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
		WHEN NEW.events IS NOT OLD.events + 1
		BEGIN SELECT RAISE(ABORT, 'the audit head moves one event forward'); END;
	CREATE TRIGGER audit_head_kept BEFORE DELETE ON audit_head
		BEGIN SELECT RAISE(ABORT, 'the audit head is not removed'); END;
	CREATE TRIGGER audit_head_single BEFORE INSERT ON audit_head
		BEGIN SELECT RAISE(ABORT, 'there is one audit head'); END;`,
}

const place = "audit log"

// Log is the audit log of a vault. Its methods may be called from any goroutine.
type Log struct {
	db    *sql.DB
	clock func() time.Time

	// mu makes appending one at a time and guards closed.
	mu     sync.Mutex
	closed bool

	// counting guards windows. It is taken before mu, never after.
	counting sync.Mutex
	windows  map[windowKey]*window
}

// Open prepares the log in store. clock stamps events; time.Now when nil. It does
// not verify what is there: a log that was tampered with is still written on, so
// that the evidence grows rather than stops.
func Open(ctx context.Context, store Store, clock func() time.Time) (*Log, error) {
	if err := store.Migrate(ctx, "audit", steps); err != nil {
		return nil, err
	}
	if clock == nil {
		clock = time.Now
	}
	return &Log{db: store.DB(), clock: clock, windows: map[windowKey]*window{}}, nil
}

// Append writes an event and returns it with its number, time and hash. When it
// returns nil the event is on disk; when it returns an error the caller must not
// do what it was about to record. Seq, At and Hash of the argument are ignored.
func (l *Log) Append(ctx context.Context, e Event) (Event, error) {
	written, err := l.append(ctx, e)
	if err != nil {
		return Event{}, err
	}
	return written[0], nil
}

// append writes events in one transaction: all or none.
func (l *Log) append(ctx context.Context, events ...Event) ([]Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errors.New("write audit event: the log is closed")
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, vault.DBProblem(fmt.Errorf("write audit event: %w", err), place)
	}
	defer tx.Rollback()
	written := make([]Event, 0, len(events))
	for _, e := range events {
		r, err := appendOne(ctx, tx, e, l.clock())
		if err != nil {
			return nil, vault.DBProblem(fmt.Errorf("write audit event: %w", err), place)
		}
		event, err := r.event()
		if err != nil {
			return nil, fmt.Errorf("write audit event: %w", err)
		}
		written = append(written, event)
	}
	if err := tx.Commit(); err != nil {
		return nil, vault.DBProblem(fmt.Errorf("write audit event: %w", err), place)
	}
	return written, nil
}

// appendOne chains an event to the head that the database has, not to one kept
// in memory, so that the two cannot differ.
func appendOne(ctx context.Context, tx *sql.Tx, e Event, now time.Time) (record, error) {
	r, err := newRecord(e, now)
	if err != nil {
		return r, err
	}
	var events int64
	var previous []byte
	err = tx.QueryRowContext(ctx, "SELECT events, hash FROM audit_head").Scan(&events, &previous)
	if errors.Is(err, sql.ErrNoRows) {
		return r, damagedLog("Its head is missing.")
	}
	if err != nil {
		return r, err
	}
	r.seq = events + 1
	r.hash = r.chain(previous)
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_event (seq, at, actor, door, action, resource, outcome, detail, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.seq, r.at, r.actor, r.door, r.action, r.resource, r.outcome, r.details, r.hash)
	if err != nil {
		return r, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE audit_head SET events = ?, hash = ?", r.seq, r.hash)
	return r, err
}

// Close writes what is still counted. The store stays open. A second call does
// nothing.
func (l *Log) Close() error {
	l.counting.Lock()
	defer l.counting.Unlock()
	err := l.flush(context.Background())
	clear(l.windows) // from here on Coalesced appends, and is told of the end
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return err
}

// event is a record as callers see it.
func (r *record) event() (Event, error) {
	at, err := time.Parse(timeFormat, r.at)
	if err != nil {
		return Event{}, damagedLog(fmt.Sprintf("The time of event %d cannot be read.", r.seq))
	}
	detail, err := parseDetail(r.details)
	if err != nil {
		return Event{}, damagedLog(fmt.Sprintf("The detail of event %d cannot be read.", r.seq))
	}
	return Event{
		Seq: r.seq, At: at.UTC(), Actor: r.actor, Door: r.door, Action: r.action, Resource: r.resource,
		Outcome: Outcome(r.outcome), Detail: detail, Hash: hex.EncodeToString(r.hash),
	}, nil
}

func damagedLog(what string) error {
	return problem.New(problem.Unavailable, "audit-damaged", "The audit log was changed by something other than Vitrine. "+what).
		At(place).Try("Keep a copy of the data folder as it is and tell whoever is responsible for it.")
}

package audit

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"

	"vitrine/backend/vault"
)

const selectEvents = "SELECT seq, at, actor, door, action, resource, outcome, detail, hash FROM audit_event"

// Recent gives the last events, newest first, at most limit of them. It does not
// verify them.
func (l *Log) Recent(ctx context.Context, limit int) ([]Event, error) {
	events := []Event{}
	if limit <= 0 {
		return events, nil
	}
	rows, err := l.db.QueryContext(ctx, selectEvents+" ORDER BY seq DESC LIMIT ?", limit)
	for e, err := range read(rows, err) {
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// All goes through the events with a number above after, oldest first, as they
// were when it began. It ends with the first error.
func (l *Log) All(ctx context.Context, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		rows, err := l.db.QueryContext(ctx, selectEvents+" WHERE seq > ? ORDER BY seq", after)
		read(rows, err)(yield)
	}
}

// read turns rows into events and closes them.
func read(rows *sql.Rows, err error) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err != nil {
			yield(Event{}, readProblem(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			e, err := readEvent(rows)
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Event{}, readProblem(err))
		}
	}
}

func readEvent(rows *sql.Rows) (Event, error) {
	r, err := scan(rows)
	if err != nil {
		return Event{}, readProblem(err)
	}
	return r.event()
}

// scan takes whatever lies in a row: a table rebuilt by somebody else may hold
// what ours cannot, and Verify must get past it to say where.
func scan(rows *sql.Rows) (r record, err error) {
	var texts [7]sql.NullString
	err = rows.Scan(&r.seq, &texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &texts[5], &texts[6], &r.hash)
	r.at, r.actor, r.door, r.action = texts[0].String, texts[1].String, texts[2].String, texts[3].String
	r.resource, r.outcome, r.details = texts[4].String, texts[5].String, texts[6].String
	return r, err
}

func readProblem(err error) error {
	return vault.DBProblem(fmt.Errorf("read audit events: %w", err), place)
}

// Report is what Verify found.
type Report struct {
	Events      int64  `json:"events" doc:"Events in the log"`
	Head        string `json:"head" doc:"Hash of the last event, hexadecimal: keep it elsewhere to find a log that was cut or computed anew"`
	FirstBroken int64  `json:"first_broken,omitempty" doc:"Number of the first event that is missing, changed or too many; absent when the chain holds"`
	Finding     string `json:"finding,omitempty" doc:"What is wrong there, in words"`
}

// Intact reports whether the chain holds from the first event to the head.
func (r Report) Intact() bool { return r.FirstBroken == 0 }

// Verify computes the chain anew and compares it with what is stored, then with
// the head. Events that are appended meanwhile are not looked at. An error means
// that it could not read, not that it found something.
func (l *Log) Verify(ctx context.Context) (Report, error) {
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one state of both tables
	if err != nil {
		return Report{}, readProblem(err)
	}
	defer tx.Rollback()
	report := Report{}
	last, err := walk(ctx, tx, &report)
	if err != nil {
		return Report{}, err
	}
	report.Head = hex.EncodeToString(last)
	return report, compareHead(ctx, tx, &report, last)
}

// walk goes along the chain, counts, and notes the first break. It goes on from
// the hash that is stored, so one changed event does not hide where it was.
func walk(ctx context.Context, tx *sql.Tx, report *Report) (last []byte, err error) {
	rows, err := tx.QueryContext(ctx, selectEvents+" ORDER BY seq")
	if err != nil {
		return nil, readProblem(err)
	}
	defer rows.Close()
	last = make([]byte, 32)
	for expected := int64(1); rows.Next(); expected++ {
		r, err := scan(rows)
		if err != nil {
			return nil, readProblem(err)
		}
		report.Events++
		switch {
		case r.seq > expected:
			report.found(expected, "The event is missing.")
			expected = r.seq
		case r.seq < expected:
			report.found(r.seq, "The event is there twice.")
			expected = r.seq
		case !bytes.Equal(r.hash, r.chain(last)):
			report.found(r.seq, "The event is not as it was written.")
		}
		last = r.hash
	}
	if err := rows.Err(); err != nil {
		return nil, readProblem(err)
	}
	return last, nil
}

// compareHead finds what the chain alone cannot: events missing at the end.
func compareHead(ctx context.Context, tx *sql.Tx, report *Report, last []byte) error {
	var events int64
	var hash []byte
	err := tx.QueryRowContext(ctx, "SELECT events, hash FROM audit_head").Scan(&events, &hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		report.found(report.Events+1, "The head of the log is missing.")
	case err != nil:
		return readProblem(err)
	case events > report.Events:
		report.found(report.Events+1, fmt.Sprintf("Events up to number %d are missing at the end.", events))
	case events < report.Events:
		report.found(events+1, "The event was not written by Vitrine.")
	case !bytes.Equal(hash, last):
		report.found(report.Events, "The event is not as it was written.")
	}
	return nil
}

// found notes the first break only.
func (r *Report) found(seq int64, finding string) {
	if r.FirstBroken == 0 {
		r.FirstBroken, r.Finding = max(seq, 1), finding
	}
}

// Package problem is the one kind of error that reaches a person: what went
// wrong, where, and what to do about it.
//
// Code that knows what a user should read returns a *Problem. Every other error
// is a detail for the log and becomes "internal" at the doors (see From). The
// HTTP API renders a Problem as application/problem+json (RFC 9457); the command
// line prints it as one paragraph. A Problem never holds participant values:
// field names, file names, line numbers and counts only.
package problem

import (
	"context"
	"errors"
	"strings"
)

// Kind is the coarse class of a problem. Doors map it to a status or exit code.
type Kind string

const (
	Internal     Kind = "internal"     // a defect in the program, or a machine fault nobody named better
	Invalid      Kind = "invalid"      // what was handed in cannot be used as it is
	NotFound     Kind = "not-found"    // the thing named does not exist
	Forbidden    Kind = "forbidden"    // this person may not do this
	Unauthorized Kind = "unauthorized" // nobody has said who is asking
	Locked       Kind = "locked"       // the vault is locked; a passphrase opens it
	Conflict     Kind = "conflict"     // the present state does not allow it
	TooLarge     Kind = "too-large"    // over a limit that is named
	Superseded   Kind = "superseded"   // a newer call took this one's place
	Unavailable  Kind = "unavailable"  // the disk, the display or a server refuses at the moment
)

// Detail is one finding among several, each with its own place.
type Detail struct {
	Place   string `json:"place" doc:"JSON pointer, line or column of the finding"`
	Message string `json:"message" doc:"What is wrong there, and what would be right"`
}

// Problem is an error written for its reader. Message is a plain sentence,
// Place a file, line or JSON pointer, Hint the next step.
type Problem struct {
	Kind    Kind
	Code    string // stable, dash-separated: "parquet-truncated"
	Message string
	Place   string
	Hint    string
	Details []Detail
	Cause   error // for the log, never shown
}

// New returns a problem with a stable code and a plain sentence.
func New(kind Kind, code, message string) *Problem {
	return &Problem{Kind: kind, Code: code, Message: message}
}

// At says where: a file, a line, a JSON pointer.
func (p *Problem) At(place string) *Problem { p.Place = place; return p }

// Try says what to do next.
func (p *Problem) Try(hint string) *Problem { p.Hint = hint; return p }

// Because keeps the underlying error for the log.
func (p *Problem) Because(err error) *Problem { p.Cause = err; return p }

// With adds findings.
func (p *Problem) With(details ...Detail) *Problem {
	p.Details = append(p.Details, details...)
	return p
}

// Error is one paragraph: place, sentence, findings, remedy.
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Place != "" {
		b.WriteString(p.Place + ": ")
	}
	b.WriteString(p.Message)
	for _, d := range p.Details {
		b.WriteString(" ")
		if d.Place != "" {
			b.WriteString("At " + d.Place + ": ")
		}
		b.WriteString(sentence(d.Message))
	}
	if p.Hint != "" {
		b.WriteString(" " + p.Hint)
	}
	return b.String()
}

// Unwrap gives the cause, so errors.Is finds what happened below.
func (p *Problem) Unwrap() error { return p.Cause }

// Is reports whether two problems carry the same code.
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && t.Code == p.Code
}

// From turns any error into a problem. A *Problem anywhere in the chain is
// returned as it is; a cancelled context is "superseded"; everything else is
// "internal" with the error as its cause.
func From(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return New(Superseded, "cancelled", "The request was cancelled before it finished.").Because(err)
	}
	return New(Internal, "internal", "Vitrine could not finish this because of a fault of its own.").
		Try("Try again; if it happens again, send the log with the time it happened.").Because(err)
}

// sentence closes a message with a stop where nothing closes it.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

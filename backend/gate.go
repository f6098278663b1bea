package backend

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"vitrine/backend/access"
	"vitrine/backend/audit"
	"vitrine/backend/problem"
)

// The actions that access decides on and audit records.
const (
	viewOverview      access.Action = "overview.view"
	viewActivity      access.Action = "activity.view"
	viewDataset       access.Action = "dataset.view"
	importDataset     access.Action = "dataset.import"
	loadDemonstration access.Action = "demonstration.load"
	searchDictionary  access.Action = "dictionary.search"
	viewField         access.Action = "field.view"
	countCohort       access.Action = "cohort.count"
	runAnalysis       access.Action = "analysis.run"
	exportFigure      access.Action = "figure.export"
	viewModels        access.Action = "model.view"
	addModel          access.Action = "model.add"
	scoreModel        access.Action = "model.score"
	lockVault         access.Action = "vault.lock"
	unlockVault       access.Action = "vault.unlock"
	createVault       access.Action = "vault.create"
	checkVault        access.Action = "vault.check"
)

// wholeVault is what an action is about that is about no part of it.
var wholeVault = access.Resource{Kind: "vault"}

// detail is what an event says beside its action: names, hashes and counts,
// never participant values.
type detail map[string]any

// act is the gate for what changes, exports or scores: is the vault open; may
// they; record that it begins; do it; record how it ended. If it cannot be recorded it does not
// happen, and a result whose end cannot be recorded is not handed out.
func act[T any](ctx context.Context, b *Backend, a access.Action, on access.Resource, do func() (T, detail, error)) (T, error) {
	var none T
	leave, err := b.admit(ctx, a, on)
	if err != nil {
		return none, err
	}
	defer leave()
	if err := b.record(ctx, a, on, audit.Allowed, nil); err != nil {
		return none, err
	}
	result, with, err := do()
	if err != nil {
		// A cancelled request must still be written down.
		return none, join(err, b.record(context.WithoutCancel(ctx), a, on, audit.Failed, detail{"problem": problem.From(err).Code}))
	}
	if err := b.record(context.WithoutCancel(ctx), a, on, audit.Done, with); err != nil {
		return none, err
	}
	return result, nil
}

// observe is the gate for looking: may they; record one event per minute for
// each key (what is looked at); then look.
func observe[T any](ctx context.Context, b *Backend, a access.Action, on access.Resource, key string, do func() (T, error)) (T, error) {
	var none T
	leave, err := b.admit(ctx, a, on)
	if err != nil {
		return none, err
	}
	defer leave()
	if err := b.log.Coalesced(ctx, b.event(a, on, audit.Allowed, nil), string(a)+" "+key); err != nil {
		return none, unrecorded(err)
	}
	return do()
}

// admit is how every action begins: the vault is open and stays so until leave,
// and the policy permits it.
func (b *Backend) admit(ctx context.Context, a access.Action, on access.Resource) (leave func(), err error) {
	if leave, err = b.enter(); err != nil {
		return nil, err
	}
	if err := b.permit(ctx, a, on); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// permit asks the policy and records a refusal.
func (b *Backend) permit(ctx context.Context, a access.Action, on access.Resource) error {
	refusal := b.policy.Allows(b.actor, a, on)
	if refusal == nil {
		return nil
	}
	return join(refusal, b.record(ctx, a, on, audit.Denied, nil))
}

func (b *Backend) record(ctx context.Context, a access.Action, on access.Resource, outcome audit.Outcome, with detail) error {
	if _, err := b.log.Append(ctx, b.event(a, on, outcome, with)); err != nil {
		return unrecorded(err)
	}
	return nil
}

func (b *Backend) event(a access.Action, on access.Resource, outcome audit.Outcome, with detail) audit.Event {
	return audit.Event{Actor: b.actor.ID, Door: b.door, Action: string(a), Resource: legible(on.String()), Outcome: outcome, Detail: with}
}

// legible keeps what a caller sent as a name fit for the log, which refuses
// control characters and long text.
func legible(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '\uFFFD'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return name
}

func unrecorded(err error) error {
	p := problem.From(err)
	if p.Kind != problem.Internal {
		return p
	}
	return problem.New(problem.Unavailable, "not-recorded", "This could not be written to the audit log, so it was not done.").
		Try("Check that the disk of the data folder is writable and has space.").Because(err)
}

// join keeps the first error for the reader and the second for the log.
func join(first, second error) error {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return errors.Join(first, second)
}

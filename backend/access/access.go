// Package access decides who may do what. A Policy is asked before every action
// and answers with nil or with the reason why not; it does nothing itself.
//
// Owner is the only policy yet: the owner of a vault may do everything in it,
// nobody else anything. Roles, sites and agreements, written as Cedar policies,
// take its place behind the same interface. What no policy allows is refused,
// and a refusal names the action, never whose data it was about.
package access

import (
	"fmt"
	"strings"

	"vitrine/backend/problem"
)

// Principal is who asks. The zero Principal is nobody.
type Principal struct {
	ID   string // stable; what policies and the audit log go by
	Name string // for people to read
}

// Action names one thing that can be done, as noun.verb with dashes between
// words: "dataset.import", "audit-log.view". The backend root lists them.
type Action string

// Words is the action as a person would say it: "import dataset".
func (a Action) Words() string {
	noun, verb, found := strings.Cut(string(a), ".")
	if !found {
		noun, verb = "", noun
	}
	return strings.TrimSpace(strings.ReplaceAll(verb+" "+noun, "-", " "))
}

// Resource is what the action is about. An empty ID means all of its kind, or
// the only one.
type Resource struct{ Kind, ID string }

// String is "kind" or "kind/id".
func (r Resource) String() string {
	if r.ID == "" {
		return r.Kind
	}
	return r.Kind + "/" + r.ID
}

// Policy decides. Allows returns nil when p may do a with r, and otherwise a
// problem: "not-signed-in" for nobody, "not-permitted" for somebody. It answers
// the same while nothing it depends on changes, takes microseconds, reads
// nothing from disk, and may be called from any goroutine.
type Policy interface {
	Allows(p Principal, a Action, r Resource) error
}

// Owner is the policy of a vault that belongs to one person.
func Owner(of Principal) Policy { return owner{of.ID} }

type owner struct{ id string }

func (o owner) Allows(p Principal, a Action, r Resource) error {
	if p.ID == "" {
		return problem.New(problem.Unauthorized, "not-signed-in",
			fmt.Sprintf("Nobody is signed in, so this cannot be done: %s.", a.Words())).Try("Sign in first.")
	}
	if p.ID != o.id {
		return problem.New(problem.Forbidden, "not-permitted",
			fmt.Sprintf("You are not permitted to do this: %s.", a.Words())).Try("Ask the owner of this vault.")
	}
	return nil
}

package backend_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"vitrine/backend"
	"vitrine/backend/access"
	"vitrine/backend/problem"
)

// ungated are the exported methods that do nothing a person could be refused.
var ungated = map[string]string{
	"Close": "releases the vault",
	"Home":  "names the folder the caller opened",

	"State":  "says whether the vault is open, nothing of what is inside",
	"Lock":   "records itself, before the log closes",
	"Unlock": "records itself, once the log is open",
}

// TestEveryActionPassesTheGate reads the source: an exported method of Backend
// must hand its work to act or observe, and do nothing outside but read its
// arguments.
func TestEveryActionPassesTheGate(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !isAction(f) || ungated[f.Name.Name] != "" {
				continue
			}
			found++
			if !endsInGate(f) {
				t.Errorf("%s: %s does not return what act or observe returns", name, f.Name.Name)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d actions found: the test no longer reads the source", found)
	}
}

func isAction(f *ast.FuncDecl) bool {
	if f.Recv == nil || !f.Name.IsExported() {
		return false
	}
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	on, ok := star.X.(*ast.Ident)
	return ok && on.Name == "Backend"
}

// endsInGate holds when the method's own return statements (not those of the
// function it hands over) are one call of act or observe.
func endsInGate(f *ast.FuncDecl) bool {
	gated, other := 0, 0
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			call, ok := n.Results[0].(*ast.CallExpr)
			if gate, named := calledName(call, ok); named && (gate == "act" || gate == "observe") {
				gated++
			} else {
				other++
			}
		}
		return true
	})
	return gated == 1 && other == 0
}

func calledName(call *ast.CallExpr, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	name, ok := call.Fun.(*ast.Ident)
	if !ok {
		return "", false
	}
	return name.Name, true
}

// refuse is a policy that allows nothing.
type refuse struct{}

func (refuse) Allows(access.Principal, access.Action, access.Resource) error {
	return problem.New(problem.Forbidden, "not-permitted", "No.")
}

// TestARefusedActionDoesNothingAndIsRecorded calls every action with empty
// arguments under a policy that refuses all.
func TestARefusedActionDoesNothingAndIsRecorded(t *testing.T) {
	home := t.TempDir()
	b := open(t, backend.Options{Home: home, Policy: refuse{}})
	refused := callAll(t, b, func(name string, err error) {
		if p := problem.From(err); p == nil || p.Code != "not-permitted" {
			t.Errorf("%s: refused by the policy, it says %v", name, err)
		}
	})
	shut(t, b)
	events, err := open(t, backend.Options{Home: home}).Activity(context.Background(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	denied := 0
	for _, e := range events {
		if e.Outcome == "denied" {
			denied++
		}
		if e.Outcome == "done" {
			t.Errorf("%s was done", e.Action)
		}
	}
	if denied != refused {
		t.Errorf("%d actions were refused, %d refusals are in the log", refused, denied)
	}
}

// TestWhatCannotBeRecordedIsNotDone takes the audit log away.
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	b := open(t, backend.Options{Home: t.TempDir()})
	backend.BreakLog(b)
	callAll(t, b, func(name string, err error) {
		if p := problem.From(err); p == nil || p.Kind != problem.Unavailable {
			t.Errorf("%s: with no log to write to, it says %v", name, err)
		}
	})
}

// callAll calls each action with zero values and a context.
func callAll(t *testing.T, b *backend.Backend, check func(name string, err error)) (called int) {
	t.Helper()
	v := reflect.ValueOf(b)
	for i := range v.NumMethod() {
		name := v.Type().Method(i).Name
		if ungated[name] != "" {
			continue
		}
		called++
		results := v.Method(i).Call(zeroArguments(v.Method(i).Type()))
		err, _ := results[len(results)-1].Interface().(error)
		check(name, err)
	}
	return called
}

func zeroArguments(f reflect.Type) []reflect.Value {
	arguments := make([]reflect.Value, f.NumIn())
	for i := range arguments {
		arguments[i] = reflect.Zero(f.In(i))
		if f.In(i) == reflect.TypeFor[context.Context]() {
			arguments[i] = reflect.ValueOf(context.Background())
		}
	}
	return arguments
}

func open(t testing.TB, o backend.Options) *backend.Backend {
	t.Helper()
	o.Door = "cli"
	b, err := backend.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func shut(t testing.TB, b *backend.Backend) {
	t.Helper()
	if err := b.Close(); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

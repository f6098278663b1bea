// Command vitrine is Vitrine without a window: it makes the demonstration,
// serves the user interface to a browser on this machine, and answers cohort,
// analysis and model questions in scripts. Every command prints for people, or
// JSON with --json; errors go to standard error as one paragraph.
//
// Exit codes: 0 done, 1 failed, 2 wrong use.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"vitrine/backend"
	"vitrine/backend/problem"
)

const (
	exitDone   = 0
	exitFailed = 1
	exitUse    = 2
)

func main() {
	backend.Harden()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// commands is the whole command line.
type commands struct {
	Home string `help:"Data folder; the user's own by default." env:"VITRINE_HOME" placeholder:"DIR" type:"path"`
	JSON bool   `name:"json" help:"Print JSON."`

	PassphraseFile string `help:"File whose first line is the vault's passphrase." env:"VITRINE_PASSPHRASE_FILE" placeholder:"FILE" type:"path"`

	Demo     demoCommand     `cmd:"" help:"Load the public demonstration data and answer its questions."`
	Serve    serveCommand    `cmd:"" help:"Serve the user interface on this machine, for a browser."`
	Import   importCommand   `cmd:"" help:"Import a dataset folder into the vault."`
	Datasets datasetsCommand `cmd:"" help:"List the datasets in the vault."`
	Cohort   struct {
		Count countCommand `cmd:"" help:"Count who a cohort definition lets in, rule by rule."`
	} `cmd:"" help:"Questions about cohorts."`
	Analyze analyzeCommand `cmd:"" help:"Answer an analysis: survival curves or a Table 1."`
	Model   struct {
		Predict predictCommand `cmd:"" help:"Score the rows of a CSV file with a model file."`
	} `cmd:"" help:"Questions to models."`
	Vault struct {
		Create     vaultCreateCommand `cmd:"" help:"Make an encrypted vault."`
		Status     vaultStatusCommand `cmd:"" help:"Say how the vault opens, without opening it."`
		UnlockTest unlockTestCommand  `cmd:"" help:"Try a passphrase or a recovery code."`
		securityCommands
	} `cmd:"" help:"The vault itself."`
	Check   checkCommand   `cmd:"" help:"Authenticate everything in the vault."`
	Version versionCommand `cmd:"" help:"Say which program this is."`
	OpenAPI openAPICommand `cmd:"" name:"openapi" hidden:"" help:"Print the API's description."`
}

// session is what a command works with.
type session struct {
	ctx      context.Context
	home     string
	secret   backend.Secret
	json     bool
	in       io.Reader
	out, err io.Writer
}

// exitNow carries kong's wish to end (after --help) past its parser.
type exitNow struct{ code int }

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (code int) {
	defer func() {
		switch caught := recover().(type) {
		case nil:
		case exitNow:
			code = caught.code
		default:
			panic(caught)
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("vitrine"), kong.Description("Cohort analytics and model inference over the datasets you may hold."),
		kong.Writers(out, errOut), kong.Exit(func(code int) { panic(exitNow{code}) }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic(err) // a mistake in the tags above
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(errOut, "vitrine: %v. See vitrine --help.\n", err)
		return exitUse
	}
	s := &session{ctx: ctx, home: c.Home, json: c.JSON, in: in, out: out, err: errOut}
	s.secret, err = backend.ReadSecret(c.PassphraseFile)
	if err == nil {
		err = chosen.Run(s)
	}
	if err != nil {
		fmt.Fprintf(errOut, "vitrine: %s\n", explain(err))
		return exitFailed
	}
	return exitDone
}

// explain gives a person the problem. A fault nobody named shows its cause: on
// this machine the person at the terminal is also who reads the log.
func explain(err error) string {
	p := problem.From(err)
	if p.Kind == problem.Internal && p.Cause != nil {
		return p.Error() + " (" + strings.ReplaceAll(p.Cause.Error(), "\n", "; ") + ")"
	}
	return p.Error()
}

// withBackend opens the vault for a command and closes it after.
func (s *session) withBackend(o backend.Options, do func(*backend.Backend) error) error {
	o.Home, o.Door, o.Secret = s.home, orElse(o.Door, "cli"), s.secret
	b, err := backend.Open(s.ctx, o)
	if err != nil {
		return err
	}
	err = do(b)
	return errors.Join(err, b.Close())
}

// print writes v as JSON with --json, and lets people write for people otherwise.
func (s *session) print(v any, people func(w io.Writer)) error {
	if s.json {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	people(s.out)
	return nil
}

// document reads a JSON document from a file, or from standard input for "-".
func (s *session) document(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(s.in, 1<<20+1))
	}
	return backend.ReadDocument(path)
}

// inFile gives a problem found inside a document the document's name.
func inFile(err error, path string) error {
	p := problem.From(err)
	if p == nil || p.Kind != problem.Invalid {
		return err
	}
	switch p.Place {
	case "":
		p.Place = path
	default:
		p.Place = path + ", " + p.Place
	}
	return p
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

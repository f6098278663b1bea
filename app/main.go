// Command vitrine-desktop is the window: the same UI and the same HTTP handler
// that `vitrine serve` offers to a browser, shown on a desktop without opening a
// TCP port. The window asks, the gateway answers in this process.
//
// What is native lives here and only here: the window with its remembered place,
// the menu, file dialogs, and the message that a person sees when the vault
// cannot be opened. Nothing is bound to the page; a menu item reaches it as an
// event (see menu.go), everything else is /api/v1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"vitrine/backend"
	"vitrine/backend/gateway"
	"vitrine/backend/problem"
)

// Exit codes, the same as those of the command line.
const (
	done     = 0
	failed   = 1
	wrongUse = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	home, err := homeFolder(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return done
	case errors.Is(err, errUsage):
		return wrongUse
	case err != nil:
		return fail(stderr, err)
	}
	if err := errors.Join(needWindow(), needDisplay(os.Getenv)); err != nil {
		return fail(stderr, err)
	}
	vault, err := backend.Open(context.Background(), backend.Options{Home: home, Door: "window", StayLocked: true, IdleLock: idleLock})
	if err != nil {
		defer explain(home, err) // after stderr, which no one need dismiss
		return fail(stderr, err)
	}
	if err := show(vault, home); err != nil {
		return fail(stderr, err)
	}
	return done
}

// show runs the window of an opened vault until it is closed, then closes the
// vault.
func show(vault *backend.Backend, home string) error {
	var once sync.Once
	var closed error
	release := func() { once.Do(func() { closed = vault.Close() }) }
	endOnSignal(release)

	w := newWindow(home)
	door := gateway.New(vault, gateway.Options{Door: "window", Native: &native{window: w}})
	err := w.show(door.Middleware)
	release()
	return errors.Join(err, closed)
}

// idleLock is how long a vault stays open with nothing asked of it.
const idleLock = 15 * time.Minute

var errUsage = errors.New("wrong use")

// homeFolder is the data folder: --home, or VITRINE_HOME, or the user's own.
func homeFolder(args []string, stderr io.Writer) (string, error) {
	flags := flag.NewFlagSet("vitrine-desktop", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, "Usage: vitrine-desktop [--home DIR]\n\n"+
			"Opens the vault in DIR, or in the folder named by VITRINE_HOME, or in your own data folder.\n"+
			"Example: vitrine-desktop --home ~/studies/vault\n\n")
		flags.PrintDefaults()
	}
	home := flags.String("home", os.Getenv("VITRINE_HOME"), "the data `folder`")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return "", err
		}
		return "", errUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "vitrine-desktop takes no arguments beside --home, and was given %d.\n", flags.NArg())
		return "", errUsage
	}
	if *home != "" {
		return *home, nil
	}
	return backend.DefaultHome()
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, problem.From(err).Error())
	return failed
}

package main

import (
	"errors"
	"fmt"
	"io"

	"vitrine/backend"
	"vitrine/backend/problem"
)

type vaultCreateCommand struct {
	NoKeychain bool     `help:"Do not keep a second key in this computer's keychain."`
	FIPS       bool     `name:"fips" help:"Use approved primitives only (PBKDF2, P-256)."`
	Escrow     []string `help:"Public keys of administrators who may open it too." placeholder:"RECIPIENT"`
}

func (vaultCreateCommand) Help() string {
	return "Makes an encrypted vault in an empty data folder. The passphrase is the first line of --passphrase-file. The recovery " +
		"code is printed once: write it down and keep it apart from this computer.\n\n" +
		"Example:\n  vitrine vault create --home ~/studies/vault --passphrase-file passphrase.txt"
}

func (c *vaultCreateCommand) Run(s *session) error {
	secret, err := s.needSecret()
	if err != nil {
		return err
	}
	made, err := backend.CreateVault(s.ctx, backend.NewVault{
		Home: s.home, Door: "cli", Passphrase: secret.Passphrase, Keychain: !c.NoKeychain, FIPS: c.FIPS, Escrow: c.Escrow,
	})
	if err != nil {
		return err
	}
	return s.print(made, func(w io.Writer) {
		fmt.Fprintf(w, "The vault is in %s.\nKeychain: %s\n\nRecovery code, shown this once:\n\n  %s\n\n", made.Home, made.Keychain, made.RecoveryCode)
		fmt.Fprintln(w, "Write it down and keep it apart from this computer: it opens the vault when the passphrase is lost.")
	})
}

type vaultStatusCommand struct{}

func (vaultStatusCommand) Help() string {
	return "Reads how the vault opens, without opening it.\n\nExample:\n  vitrine vault status --json"
}

func (vaultStatusCommand) Run(s *session) error {
	status, err := backend.Status(s.home)
	if err != nil {
		return err
	}
	return s.print(status, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s, profile %s, made %s\n%s\n", status.Home, status.Protection, status.Profile, status.CreatedAt.Format("2006-01-02"), status.Notice)
		t := table(w)
		fmt.Fprintln(t, "opened by\tlabel\tsince\tkeychain")
		for _, wrap := range status.Wraps {
			fmt.Fprintf(t, "%s\t%s\t%s\t%v\n", wrap.Kind, wrap.Label, wrap.CreatedAt, wrap.Keychain)
		}
		t.Flush()
	})
}

type unlockTestCommand struct {
	RecoveryCodeFile string `help:"Try the recovery code in this file instead of the passphrase." placeholder:"FILE" type:"path"`
}

func (unlockTestCommand) Help() string {
	return "Opens the vault and closes it again, to see whether a passphrase or a recovery code is right.\n\n" +
		"Example:\n  vitrine vault unlock-test --passphrase-file passphrase.txt"
}

func (c *unlockTestCommand) Run(s *session) error {
	if c.RecoveryCodeFile != "" {
		code, err := backend.ReadSecret(c.RecoveryCodeFile)
		if err != nil {
			return err
		}
		s.secret = backend.Secret{RecoveryCode: code.Passphrase}
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		state, err := b.State()
		if err != nil {
			return err
		}
		return s.print(state, func(w io.Writer) { fmt.Fprintln(w, "It opens.") })
	})
}

type checkCommand struct{}

func (checkCommand) Help() string {
	return "Authenticates every page of every database in the vault, compares each dataset with what was published, and recomputes the " +
		"audit log's chain. Exit code 1 where anything is found.\n\nExample:\n  vitrine check --json"
}

// errFound ends a check that found something; the findings were printed.
var errFound = errors.New("something was found")

func (checkCommand) Run(s *session) error {
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		r, err := b.Check(s.ctx)
		if err != nil {
			return err
		}
		err = s.print(r, func(w io.Writer) {
			fmt.Fprintf(w, "%s, %s, %s\n", counted(r.Files, "database", "databases"), counted(int(r.Pages), "page", "pages"), counted(int(r.Events), "audit event", "audit events"))
			for _, f := range r.Findings {
				fmt.Fprintf(w, "%s: %s\n", f.Place, f.What)
			}
		})
		if err == nil && !r.OK {
			return problem.New(problem.Invalid, "check-found", "The check found what is not as Vitrine wrote it.").At(b.Home()).
				Try("Put the vault back from a backup, or bring the damaged datasets in again.").Because(errFound)
		}
		return err
	})
}

// needSecret is for commands that cannot do without a passphrase.
func (s *session) needSecret() (backend.Secret, error) {
	if s.secret.Passphrase == "" {
		return backend.Secret{}, problem.New(problem.Invalid, "passphrase-needed", "This needs a passphrase.").
			Try("Name a file whose first line is the passphrase: --passphrase-file or VITRINE_PASSPHRASE_FILE.")
	}
	return s.secret, nil
}

package main

import (
	"fmt"
	"io"
	"strings"

	"vitrine/backend"
	"vitrine/backend/catalog"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

// securityCommands are those of `vitrine vault` that change what opens the vault,
// and that copy it.
type securityCommands struct {
	Passphrase vaultPassphraseCommand `cmd:"" help:"Set another passphrase, or add one."`
	Recovery   vaultRecoveryCommand   `cmd:"" help:"Draw a new recovery code, or confirm it."`
	Escrow     vaultEscrowCommand     `cmd:"" help:"Let an institution's key open the vault."`
	Remove     vaultRemoveCommand     `cmd:"" help:"Take out one way to open the vault."`
	Rotate     vaultRotateCommand     `cmd:"" help:"Draw new keys for the vault."`
	Backup     vaultBackupCommand     `cmd:"" help:"Copy the vault, encrypted, while it is in use."`
	Restore    vaultRestoreCommand    `cmd:"" help:"Make a vault of a backup, or only look at it."`
	Shred      vaultShredCommand      `cmd:"" help:"Make a dataset version unreadable for good."`
}

type vaultPassphraseCommand struct {
	NewPassphraseFile string `required:"" help:"File whose first line is the new passphrase." placeholder:"FILE" type:"path"`
	Add               string `help:"Add a passphrase for another person, under this name." placeholder:"NAME"`
	Wrap              string `help:"Which passphrase to change, where there are several: an id of vitrine vault status --json." placeholder:"ID"`
	NoKeychain        bool   `help:"Do not keep a second key in this computer's keychain."`
}

func (vaultPassphraseCommand) Help() string {
	return "Sets another passphrase. Until it is set the former one opens the vault. Copies of vault.json made before still open with the " +
		"former one: where a stranger may know it, rotate too.\n\n" +
		"Example:\n  vitrine vault passphrase --passphrase-file old.txt --new-passphrase-file new.txt"
}

func (c *vaultPassphraseCommand) Run(s *session) error {
	secret, err := backend.ReadSecret(c.NewPassphraseFile)
	if err != nil {
		return err
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		o, err := b.ChangePassphrase(s.ctx, backend.SetPassphrase{
			Present: s.secret, New: secret.Passphrase, Label: c.Add, Wrap: c.Wrap, Keychain: !c.NoKeychain,
		})
		return s.opened(o, err, "The passphrase was set.\nKeychain: "+o.Keychain)
	})
}

// opened prints what opens the vault after a change.
func (s *session) opened(o backend.Openings, err error, done string) error {
	if err != nil {
		return err
	}
	return s.print(o, func(w io.Writer) {
		fmt.Fprintln(w, done)
		listWraps(w, o.Wraps)
	})
}

func listWraps(w io.Writer, wraps []keys.Wrap) {
	t := table(w)
	fmt.Fprintln(t, "opened by\tlabel\tsince\tid\tremark")
	for _, wrap := range wraps {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", wrap.Kind, wrap.Label, wrap.CreatedAt, wrap.ID, remark(wrap))
	}
	t.Flush()
}

func remark(w keys.Wrap) string {
	switch {
	case w.Renew:
		return "opens nothing until it is set again"
	case w.Keychain:
		return "needs this computer's keychain"
	case w.Kind == keys.KindRecovery && !w.Confirmed:
		return "not confirmed"
	}
	return ""
}

type vaultRecoveryCommand struct {
	ConfirmFile string `help:"Confirm the code in this file instead of drawing one; codes before it stop opening the vault." placeholder:"FILE" type:"path"`
}

func (vaultRecoveryCommand) Help() string {
	return "Draws a new recovery code and prints it once. The former one opens the vault until the new one is confirmed.\n\n" +
		"Example:\n  vitrine vault recovery --passphrase-file passphrase.txt\n" +
		"  vitrine vault recovery --passphrase-file passphrase.txt --confirm-file code.txt"
}

func (c *vaultRecoveryCommand) Run(s *session) error {
	if c.ConfirmFile != "" {
		return c.confirm(s)
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		code, err := b.RenewRecovery(s.ctx, s.secret)
		if err != nil {
			return err
		}
		return s.print(code, func(w io.Writer) {
			fmt.Fprintf(w, "Recovery code, shown this once:\n\n  %s\n\n", code.RecoveryCode)
			fmt.Fprintln(w, "Write it down, then confirm it with --confirm-file: until then the former one is good too.")
		})
	})
}

func (c *vaultRecoveryCommand) confirm(s *session) error {
	code, err := backend.ReadSecret(c.ConfirmFile)
	if err != nil {
		return err
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		o, err := b.ConfirmRecovery(s.ctx, code.Passphrase)
		return s.opened(o, err, "The recovery code is right.")
	})
}

type vaultEscrowCommand struct {
	RecipientFile string `required:"" help:"File with an age recipient (age1…), or a P-256 public key in PEM." placeholder:"FILE" type:"path"`
	Label         string `help:"Whose key it is." default:"Escrow" placeholder:"NAME"`
}

func (vaultEscrowCommand) Help() string {
	return "Seals the vault's key to a public key, so that whoever holds the private one can open the vault.\n\n" +
		"Example:\n  vitrine vault escrow --passphrase-file passphrase.txt --recipient-file office.pub --label \"Data office\""
}

func (c *vaultEscrowCommand) Run(s *session) error {
	recipient, err := backend.ReadDocument(c.RecipientFile)
	if err != nil {
		return err
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		o, err := b.AddEscrow(s.ctx, backend.NewEscrow{Present: s.secret, Label: c.Label, Recipient: strings.TrimSpace(string(recipient))})
		return s.opened(o, err, "The vault's key was handed over.")
	})
}

type vaultRemoveCommand struct {
	Wrap string `arg:"" help:"An id of vitrine vault status --json." placeholder:"ID"`
}

func (vaultRemoveCommand) Help() string {
	return "Takes out one way to open the vault; never the last one that a person holds. Copies of vault.json made before still open " +
		"with it: where a stranger may hold its secret, rotate too.\n\n" +
		"Example:\n  vitrine vault remove 0011223344556677 --passphrase-file passphrase.txt"
}

func (c *vaultRemoveCommand) Run(s *session) error {
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		o, err := b.RemoveWrap(s.ctx, backend.Removal{Present: s.secret, Wrap: c.Wrap})
		return s.opened(o, err, "It was taken out.")
	})
}

type vaultRotateCommand struct {
	RecoveryCodeFile string `help:"Keep the recovery code in this file; without it a new one has to be drawn." placeholder:"FILE" type:"path"`
}

func (vaultRotateCommand) Help() string {
	return "Draws a new key for the vault and for core.db, seals everything that the former ones sealed again, and forgets them. The " +
		"passphrase stays. What is not given here opens nothing until it is set again.\n\n" +
		"Example:\n  vitrine vault rotate --passphrase-file passphrase.txt --recovery-code-file code.txt"
}

func (c *vaultRotateCommand) Run(s *session) error {
	keep := s.secret
	if c.RecoveryCodeFile != "" {
		code, err := backend.ReadSecret(c.RecoveryCodeFile)
		if err != nil {
			return err
		}
		keep.RecoveryCode = code.Passphrase
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		r, err := b.RotateKeys(s.ctx, keep)
		if err != nil {
			return err
		}
		return s.print(r, func(w io.Writer) {
			fmt.Fprintf(w, "The vault has new keys (number %d).\n", r.Epoch)
			if r.Unfinished {
				fmt.Fprintln(w, "The former ones go when the vault is opened next.")
			}
			if len(r.Renew) > 0 {
				listWraps(w, r.Renew)
			}
		})
	})
}

type vaultBackupCommand struct {
	Folder string `arg:"" help:"New or empty folder, best on another disk." type:"path"`
}

func (vaultBackupCommand) Help() string {
	return "Copies the vault into a new or empty folder, encrypted as it is, and looks at all of the copy. The folder is whole or not " +
		"there. Exit code 1 where a dataset is damaged; the rest is in the backup then.\n\n" +
		"Example:\n  vitrine vault backup /media/disk/vault-2026-11-22 --passphrase-file passphrase.txt"
}

func (c *vaultBackupCommand) Run(s *session) error {
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		r, err := b.BackupVault(s.ctx, c.Folder)
		if err != nil {
			return err
		}
		return s.copied(r, "The backup is in "+r.Folder+".")
	})
}

// copied prints what a backup or a restored vault holds.
func (s *session) copied(r vault.BackupReport, done string) error {
	err := s.print(r, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n%s, %s, %s\n", done, counted(r.Files, "database", "databases"), counted(int(r.Pages), "page", "pages"), counted(int(r.Bytes), "byte", "bytes"))
		for _, f := range r.Findings {
			fmt.Fprintf(w, "%s: %s\n", f.Place, f.What)
		}
	})
	if err == nil && !r.OK() {
		return problem.New(problem.Invalid, "check-found", "The copy was made, and holds what is not as Vitrine wrote it.").At(r.Folder).
			Try("Bring the damaged datasets in again.").Because(errFound)
	}
	return err
}

type vaultRestoreCommand struct {
	From             string `arg:"" help:"Folder of the backup." type:"path"`
	Drill            bool   `help:"Look at all of the backup and restore nothing."`
	EvenDamaged      bool   `help:"Restore what is good where datasets are damaged."`
	RecoveryCodeFile string `help:"Open the backup with the recovery code in this file." placeholder:"FILE" type:"path"`
}

func (vaultRestoreCommand) Help() string {
	return "Opens a backup, looks at all of it, and makes a vault of it in --home, which must be new or empty. With --drill it only looks. " +
		"The backup opens with what opened the vault on the day it was made.\n\n" +
		"Example:\n  vitrine vault restore /media/disk/vault-2026-11-22 --drill --passphrase-file passphrase.txt\n" +
		"  vitrine vault restore /media/disk/vault-2026-11-22 --home ~/studies/restored --passphrase-file passphrase.txt"
}

func (c *vaultRestoreCommand) Run(s *session) error {
	r := backend.Restoring{From: c.From, EvenDamaged: c.EvenDamaged, Secret: s.secret, Door: "cli"}
	done := "The backup is good."
	if c.RecoveryCodeFile != "" {
		code, err := backend.ReadSecret(c.RecoveryCodeFile)
		if err != nil {
			return err
		}
		r.Secret = backend.Secret{RecoveryCode: code.Passphrase}
	}
	if !c.Drill {
		home, err := s.homeOr()
		if err != nil {
			return err
		}
		r.To, done = home, "The vault is in "+home+"."
	}
	report, err := backend.Restore(s.ctx, r)
	if err != nil {
		return err
	}
	return s.copied(report, done)
}

// homeOr is the data folder, named or the user's own.
func (s *session) homeOr() (string, error) {
	if s.home != "" {
		return s.home, nil
	}
	return backend.DefaultHome()
}

type vaultShredCommand struct {
	Dataset string `arg:"" help:"Dataset and version, as in heart@2026.11."`
}

func (vaultShredCommand) Help() string {
	return "Deletes the key of a dataset version, removes its file, and gives core.db a new key, so that nothing left on this disk opens " +
		"it. Backups made before still hold it.\n\n" +
		"Example:\n  vitrine vault shred heart@2026.11 --passphrase-file passphrase.txt"
}

func (c *vaultShredCommand) Run(s *session) error {
	id, version, ok := strings.Cut(c.Dataset, "@")
	if !ok {
		return problem.New(problem.Invalid, "dataset-version", "This names no version of a dataset.").At(c.Dataset).
			Try("Write dataset@version, as vitrine datasets lists them.")
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		r, err := b.ShredDataset(s.ctx, catalog.DatasetID(id), catalog.Version(version))
		if err != nil {
			return err
		}
		return s.print(r, func(w io.Writer) {
			fmt.Fprintf(w, "%s@%s is gone.\n", r.Dataset, r.Version)
			if r.Unfinished {
				fmt.Fprintln(w, "A former key of core.db goes when the vault is opened next.")
			}
		})
	})
}

package backend

import (
	"bytes"
	"context"
	"time"

	"vitrine/backend/audit"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

// VaultState says whether the vault is open, without opening it.
type VaultState struct {
	Open          bool   `json:"open"`
	Home          string `json:"home"`
	Demonstration bool   `json:"demonstration" doc:"Opens without a passphrase; its key lies beside it"`
	WaitSeconds   int    `json:"wait_seconds" doc:"How long until a passphrase is tried again, after several wrong ones"`
}

// Secret opens a locked vault: one of the two.
type Secret struct {
	Passphrase   string `json:"passphrase,omitempty" maxLength:"1024"`
	RecoveryCode string `json:"recovery_code,omitempty" maxLength:"1024"`
}

// State tells whether the vault is open. It needs no permission and no log: it
// says nothing of what is inside.
func (b *Backend) State() (VaultState, error) {
	b.state.RLock()
	defer b.state.RUnlock()
	s := VaultState{Open: !b.locked, Home: b.home}
	if s.Open {
		s.Demonstration = b.vault.Info().Demonstration
		return s, nil
	}
	s.WaitSeconds = int((b.guard.Wait() + time.Second - 1) / time.Second)
	info, _, err := vault.Peek(b.home)
	s.Demonstration = info.Demonstration
	return s, err
}

// Lock closes every database, forgets the keys and refuses every action until
// Unlock. It waits for the actions under way. A demonstration vault, which anybody
// could unlock, stays open.
func (b *Backend) Lock(ctx context.Context) error {
	b.state.Lock()
	defer b.state.Unlock()
	if b.locked {
		return nil
	}
	if b.vault.Info().Demonstration {
		return problem.New(problem.Conflict, "demonstration-open", "A demonstration vault is not locked: its key lies beside it.")
	}
	if err := b.record(ctx, lockVault, wholeVault, audit.Done, nil); err != nil {
		return err
	}
	b.locked = true
	return b.closeParts()
}

// Unlock opens a locked vault.
func (b *Backend) Unlock(ctx context.Context, s Secret) error {
	b.state.Lock()
	defer b.state.Unlock()
	if !b.locked {
		return nil
	}
	if err := b.openWith(ctx, b.unlocker(s), false); err != nil {
		return err
	}
	if err := b.record(ctx, unlockVault, wholeVault, audit.Done, nil); err != nil {
		return join(err, b.closeParts())
	}
	b.locked = false
	b.awake()
	return nil
}

// unlocker opens a vault's keys with a secret; nil where there is none.
func (b *Backend) unlocker(s Secret) func(*keys.File) (*keys.Ring, error) {
	switch {
	case s.RecoveryCode != "":
		return func(f *keys.File) (*keys.Ring, error) { return f.UnlockRecovery(s.RecoveryCode, b.guard) }
	case s.Passphrase != "":
		return func(f *keys.File) (*keys.Ring, error) {
			p, err := keys.NewPassphrase([]byte(s.Passphrase))
			if err != nil {
				return nil, err
			}
			defer p.Destroy()
			return f.UnlockPassphrase(p, keys.Keychain{}, b.guard)
		}
	}
	return nil
}

// openWith opens the vault and what lives in it. The caller holds state.
func (b *Backend) openWith(ctx context.Context, unlock func(*keys.File) (*keys.Ring, error), create bool) error {
	v, err := vault.Open(ctx, b.home, vault.Options{Clock: b.clock, Create: create, Demonstration: create, Unlock: unlock})
	if err != nil {
		return err
	}
	b.vault = v
	if err := b.openParts(ctx); err != nil {
		return join(err, v.Close())
	}
	return nil
}

// enter admits an action while the vault is open. leave lets a lock go on.
func (b *Backend) enter() (leave func(), err error) {
	b.state.RLock()
	if b.locked {
		b.state.RUnlock()
		return nil, problem.New(problem.Locked, "vault-locked", "This vault is locked.").Try("Unlock it with its passphrase or its recovery code.")
	}
	b.awake()
	return b.state.RUnlock, nil
}

// awake starts the idle time anew.
func (b *Backend) awake() {
	if b.idle != nil && !b.vault.Info().Demonstration {
		b.idle.Reset(b.idleTime)
	}
}

// Harden asks the system to leave no image of this process's memory on disk. It
// is for the whole process and for good: a program calls it once, first.
func Harden() { keys.HardenProcess() }

// ReadSecret reads a passphrase file: its first line, or nothing for "".
func ReadSecret(path string) (Secret, error) {
	if path == "" {
		return Secret{}, nil
	}
	data, err := readFile(path)
	if err != nil {
		return Secret{}, err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return Secret{Passphrase: string(bytes.TrimSuffix(line, []byte("\r")))}, nil
}

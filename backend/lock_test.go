package backend_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/backend"
	"vitrine/backend/problem"
)

const passphrase = "ten green glass cabinets"

// realVault makes a vault with a passphrase, which takes a second or two.
func realVault(t *testing.T) (home, recovery string) {
	t.Helper()
	home = filepath.Join(t.TempDir(), "vault")
	made, err := backend.CreateVault(ctx, backend.NewVault{Home: home, Door: "cli", Passphrase: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	return home, made.RecoveryCode
}

func TestARealVaultOpensOnlyWithItsSecrets(t *testing.T) {
	home, recovery := realVault(t)
	_, err := backend.Open(ctx, backend.Options{Home: home})
	wantProblem(t, err, "vault-locked")
	_, err = backend.Open(ctx, backend.Options{Home: home, Secret: backend.Secret{Passphrase: "ten green glass cabinet"}})
	wantProblem(t, err, "passphrase-wrong")
	_, err = backend.CreateVault(ctx, backend.NewVault{Home: home, Passphrase: passphrase})
	wantProblem(t, err, "vault-exists")
	_, err = backend.CreateVault(ctx, backend.NewVault{Home: filepath.Join(t.TempDir(), "v"), Passphrase: "password"})
	wantProblem(t, err, "passphrase-weak")

	b := open(t, backend.Options{Home: home, StayLocked: true})
	if s, err := b.State(); err != nil || s.Open || s.Demonstration {
		t.Fatalf("state %+v, %v", s, err)
	}
	_, err = b.Overview(ctx)
	wantProblem(t, err, "vault-locked")
	if err := b.Unlock(ctx, backend.Secret{RecoveryCode: strings.ToLower(recovery)}); err != nil {
		t.Fatal(err)
	}
	o, err := b.Overview(ctx)
	if err != nil || o.Vault.Demonstration || o.Vault.Protection != "encrypted" {
		t.Fatalf("overview %+v, %v", o.Vault, err)
	}
	if first := o.Recent[len(o.Recent)-1]; first.Action != "vault.create" {
		t.Errorf("the first event is %s", first.Action)
	}
	if r, err := b.Check(ctx); err != nil || !r.OK || r.Pages == 0 || r.Events == 0 {
		t.Errorf("check %+v, %v", r, err)
	}
}

// TestLockingEndsEverythingAndUnlockingBringsItBack locks while others count.
func TestLockingEndsEverythingAndUnlockingBringsItBack(t *testing.T) {
	home, _ := realVault(t)
	b := open(t, backend.Options{Home: home, Secret: backend.Secret{Passphrase: passphrase}})
	if _, err := b.ImportDataset(ctx, filepath.Join("..", "testdata", "clinical")); err != nil {
		t.Fatal(err)
	}
	definition := []byte(`{"version":1,"id":"d","dataset":"clinical-classics","base":{"table":"pbc"}}`)
	var counting sync.WaitGroup
	for range 4 {
		counting.Go(func() {
			for {
				counts, err := b.EvaluateCohort(ctx, definition)
				if problem.From(err) != nil {
					if problem.From(err).Code != "vault-locked" {
						t.Error(err)
					}
					return
				}
				if counts.Participants != 418 {
					t.Errorf("%d participants", counts.Participants)
				}
			}
		})
	}
	if err := b.Lock(ctx); err != nil {
		t.Fatal(err)
	}
	counting.Wait()
	callAll(t, b, func(name string, err error) {
		if p := problem.From(err); p == nil || p.Code != "vault-locked" {
			t.Errorf("%s: while locked it says %v", name, err)
		}
	})
	if err := b.Unlock(ctx, backend.Secret{Passphrase: passphrase}); err != nil {
		t.Fatal(err)
	}
	if counts, err := b.EvaluateCohort(ctx, definition); err != nil || counts.Participants != 418 {
		t.Errorf("unlocked: %+v, %v", counts, err)
	}
}

func TestAnIdleVaultLocksItselfAndADemonstrationDoesNot(t *testing.T) {
	home, _ := realVault(t)
	b := open(t, backend.Options{Home: home, Secret: backend.Secret{Passphrase: passphrase}, IdleLock: 20 * time.Millisecond})
	deadline := time.Now().Add(20 * time.Second)
	for s, _ := b.State(); s.Open; s, _ = b.State() {
		if time.Now().After(deadline) {
			t.Fatal("it stays open")
		}
		time.Sleep(time.Millisecond)
	}
	d := open(t, backend.Options{Home: filepath.Join(t.TempDir(), "v")})
	wantProblem(t, d.Lock(context.Background()), "demonstration-open")
}

func wantProblem(t *testing.T, err error, code string) {
	t.Helper()
	if p := problem.From(err); p == nil || p.Code != code || p.Hint == "" && p.Kind != problem.Conflict {
		t.Errorf("want problem %q with a hint, got %v", code, err)
	}
}

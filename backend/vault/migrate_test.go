package vault_test

import (
	"context"
	"errors"
	"testing"

	"vitrine/backend/vault"
)

var (
	one   = "CREATE TABLE notes (x INTEGER); INSERT INTO notes VALUES (1);"
	two   = "INSERT INTO notes VALUES (2);"
	wrong = "INSERT INTO nowhere VALUES (3);"
)

func TestMigrateAppliesEachStepOnce(t *testing.T) {
	ctx, home := context.Background(), newHome(t)
	v := create(t, home)
	must(t, v.Migrate(ctx, "notes", []string{one}))
	must(t, v.Migrate(ctx, "notes", []string{one, two}))
	must(t, v.Close())
	v = open(t, home)
	must(t, v.Migrate(ctx, "notes", []string{one, two}))
	if got := count(t, v, "notes"); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
}

func TestMigrateRefuses(t *testing.T) {
	ctx := context.Background()
	v := create(t, newHome(t))
	must(t, v.Migrate(ctx, "notes", []string{one, two}))

	err := v.Migrate(ctx, "notes", []string{one})
	wantCode(t, err, "vault-newer")
	err = v.Migrate(ctx, "notes", []string{one + " ", two})
	if !errors.Is(err, vault.ErrMigrationChanged) {
		t.Errorf("a changed step: %v", err)
	}
	if _, err := v.DB().Exec("DELETE FROM migration WHERE component = 'notes' AND step = 1"); err != nil {
		t.Fatal(err)
	}
	if err := v.Migrate(ctx, "notes", []string{one, two}); !errors.Is(err, vault.ErrMigrationChanged) {
		t.Errorf("a missing record: %v", err)
	}
}

func TestMigrateIsAllOrNothing(t *testing.T) {
	ctx := context.Background()
	v := create(t, newHome(t))
	if err := v.Migrate(ctx, "notes", []string{one, two, wrong}); err == nil {
		t.Fatal("a broken step was accepted")
	}
	if got := count(t, v, "sqlite_schema WHERE name = 'notes'"); got != 0 {
		t.Error("the steps before the broken one stayed")
	}
	must(t, v.Migrate(ctx, "notes", []string{one, two}))
	if got := count(t, v, "notes"); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
}

func TestComponentsAreIndependent(t *testing.T) {
	ctx := context.Background()
	v := create(t, newHome(t))
	must(t, v.Migrate(ctx, "a", []string{"CREATE TABLE a (x)"}))
	must(t, v.Migrate(ctx, "b", []string{"CREATE TABLE b (x)", "CREATE TABLE c (x)"}))
	must(t, v.Migrate(ctx, "a", []string{"CREATE TABLE a (x)"}))
}

func count(t *testing.T, v *vault.Vault, from string) (n int) {
	t.Helper()
	must(t, v.DB().QueryRow("SELECT count(*) FROM "+from).Scan(&n))
	return n
}

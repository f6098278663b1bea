package model_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"vitrine/backend/model"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

var _ model.Store = (*vault.Vault)(nil)

// memory is a store as the vault is one: each step runs once.
type memory struct {
	db   *sql.DB
	done map[string]int
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection would be another database
	t.Cleanup(func() { db.Close() })
	return &memory{db: db, done: map[string]int{}}
}

func (m *memory) DB() *sql.DB { return m.db }

func (m *memory) Migrate(ctx context.Context, component string, steps []string) error {
	for ; m.done[component] < len(steps); m.done[component]++ {
		if _, err := m.db.ExecContext(ctx, steps[m.done[component]]); err != nil {
			return err
		}
	}
	return nil
}

func clock() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) }

func repository(t *testing.T, store model.Store) *model.Repository {
	t.Helper()
	r, err := model.NewRepository(t.Context(), store, clock)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAModelIsKeptAndFoundAgain(t *testing.T) {
	store := newMemory(t)
	m, added, err := repository(t, store).Add(t.Context(), model.New{Name: "FLC: death in 5 y", Format: "lightgbm text v4", Bytes: []byte("tree\n"), Schema: flchain(t)})
	if err != nil || !added {
		t.Fatalf("added %v: %v", added, err)
	}
	if m.ID != "flc-death-in-5-y-f27e01fe" || m.Size != 5 {
		t.Errorf("%s, %d bytes", m.ID, m.Size)
	}
	again := repository(t, store) // the same vault, opened again
	got, err := again.Get(t.Context(), m.ID)
	if err != nil || got.Name != m.Name || got.SHA256 != m.SHA256 || !got.AddedAt.Equal(clock()) || len(got.Schema.Features) != 7 {
		t.Errorf("%+v, %v", got, err)
	}
	data, err := again.Bytes(t.Context(), m.ID)
	if err != nil || string(data) != "tree\n" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestTheSameFileIsStoredOnce(t *testing.T) {
	r := repository(t, newMemory(t))
	first, _, err := r.Add(t.Context(), model.New{Name: "one", Bytes: []byte("same"), Schema: flchain(t)})
	if err != nil {
		t.Fatal(err)
	}
	second, added, err := r.Add(t.Context(), model.New{Name: "two", Bytes: []byte("same"), Schema: flchain(t)})
	if err != nil || added || second.ID != first.ID || second.Name != "one" {
		t.Errorf("%+v, added %v, %v", second, added, err)
	}
	if _, added, err = r.Add(t.Context(), model.New{Name: "one", Bytes: []byte("changed"), Schema: flchain(t)}); err != nil || !added {
		t.Errorf("added %v, %v", added, err)
	}
	if all, err := r.List(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d models, %v", len(all), err)
	}
}

func TestTheRepositoryRefuses(t *testing.T) {
	r := repository(t, newMemory(t))
	add := func(n model.New) error { _, _, err := r.Add(t.Context(), n); return err }
	get := func(id model.ID) error { _, err := r.Get(t.Context(), id); return err }
	bytes := func(id model.ID) error { _, err := r.Bytes(t.Context(), id); return err }
	for _, c := range []struct {
		name, code string
		err        error
	}{
		{"no bytes", "model-incomplete", add(model.New{Name: "a", Schema: flchain(t)})},
		{"no schema", "model-incomplete", add(model.New{Name: "a", Bytes: []byte("x")})},
		{"no letter in the name", "model-incomplete", add(model.New{Name: "—", Bytes: []byte("x"), Schema: flchain(t)})},
		{"an empty schema", "schema-invalid", add(model.New{Name: "a", Bytes: []byte("x"), Schema: &model.Schema{}})},
		{"another hash", "model-hash", add(model.New{Name: "a", Bytes: []byte("x"), SHA256: "00", Schema: flchain(t)})},
		{"unknown id", "model-unknown", get("none")},
		{"unknown id, bytes", "model-unknown", bytes("none")},
	} {
		var p *problem.Problem
		if !errors.As(c.err, &p) || p.Code != c.code || p.Hint == "" {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
}

func TestADamagedModelIsNotHandedOut(t *testing.T) {
	store := newMemory(t)
	r := repository(t, store)
	m, _, err := r.Add(t.Context(), model.New{Name: "a", Bytes: []byte("whole"), Schema: flchain(t)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.db.ExecContext(t.Context(), `UPDATE model SET bytes = x'00'`); err != nil {
		t.Fatal(err)
	}
	var p *problem.Problem
	if _, err := r.Bytes(t.Context(), m.ID); !errors.As(err, &p) || p.Code != "model-damaged" {
		t.Errorf("%v", err)
	}
}

func TestNamesAreShownAsTheyAre(t *testing.T) {
	r := repository(t, newMemory(t))
	for given, want := range map[string][2]string{ // name, beginning of the id
		"a\x1b[2Jb\n":         {"a[2Jb", "a-2jb-"},
		"report\u202etxt.exe": {"reporttxt.exe", "reporttxt-exe-"},
		"نموذج":               {"نموذج", "model-"},
	} {
		m, _, err := r.Add(t.Context(), model.New{Name: given, Bytes: []byte(given), Schema: flchain(t)})
		if err != nil || m.Name != want[0] || !strings.HasPrefix(string(m.ID), want[1]) {
			t.Errorf("%q is kept as %+v, %v", given, m, err)
		}
	}
}

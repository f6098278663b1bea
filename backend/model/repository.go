package model

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"vitrine/backend/problem"
)

// ID names a stored model: a slug of its name and the first eight digits of its
// SHA-256, so that a changed file is another model.
type ID string

// Model is a stored model without its bytes.
type Model struct {
	ID      ID        `json:"id"`
	Name    string    `json:"name"`
	Format  string    `json:"format" doc:"File format, for example lightgbm text v4"`
	SHA256  string    `json:"sha256"`
	Size    int64     `json:"size" doc:"Bytes of the model file"`
	Schema  *Schema   `json:"schema"`
	AddedAt time.Time `json:"added_at"`
}

// New is a model to be stored.
type New struct {
	Name   string
	Format string
	Bytes  []byte
	SHA256 string // optional: what Bytes must hash to
	Schema *Schema
}

// Store is the database that a Repository lives in; *vault.Vault is one. Migrate
// applies each step of a component once, in order.
type Store interface {
	Migrate(ctx context.Context, component string, steps []string) error
	DB() *sql.DB
}

var migrations = []string{
	`CREATE TABLE model (
		id TEXT PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
		schema TEXT NOT NULL, added_at TEXT NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT`,
}

// Repository keeps model files and their schemas.
type Repository struct {
	db    *sql.DB
	clock func() time.Time
}

// NewRepository prepares the store; clock stamps what is added.
func NewRepository(ctx context.Context, store Store, clock func() time.Time) (*Repository, error) {
	if err := store.Migrate(ctx, "model", migrations); err != nil {
		return nil, fmt.Errorf("prepare models: %w", err)
	}
	return &Repository{db: store.DB(), clock: clock}, nil
}

// Add stores a model and returns it. A file that is stored already, whatever its
// name then, is not stored again: the model that is there comes back and added
// is false.
func (r *Repository) Add(ctx context.Context, n New) (m *Model, added bool, err error) {
	m, err = r.describe(n)
	if err != nil {
		return nil, false, err
	}
	schema, err := json.Marshal(n.Schema)
	if err != nil {
		return nil, false, fmt.Errorf("store model %s: %w", m.ID, err)
	}
	result, err := r.db.ExecContext(ctx,
		`INSERT INTO model (id, name, format, sha256, schema, added_at, size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING`,
		string(m.ID), m.Name, m.Format, m.SHA256, string(schema), m.AddedAt.Format(time.RFC3339Nano), m.Size, n.Bytes)
	if err != nil {
		return nil, false, fmt.Errorf("store model %s: %w", m.ID, err)
	}
	if count, err := result.RowsAffected(); err != nil || count == 1 {
		return m, err == nil, err
	}
	m, err = scan(r.db.QueryRowContext(ctx, selectModel+` WHERE sha256 = ?`, m.SHA256))
	return m, false, err
}

// describe checks a model before it is stored.
func (r *Repository) describe(n New) (*Model, error) {
	n.Name = legible(n.Name)
	if len(n.Bytes) == 0 || n.Schema == nil || slug(n.Name) == "" {
		return nil, problem.New(problem.Invalid, "model-incomplete", "A model needs a file, a schema and a name with a letter or digit in it.").
			Try("Give the missing part and add the model again.")
	}
	if err := n.Schema.Validate(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(n.Bytes)
	hash := hex.EncodeToString(sum[:])
	if n.SHA256 != "" && !strings.EqualFold(n.SHA256, hash) {
		return nil, problem.New(problem.Invalid, "model-hash", "The model file does not have the SHA-256 that was given for it: it was changed or damaged on the way.").
			Try("Copy the file again, or give the hash of this file if the change was meant.")
	}
	return &Model{
		ID: ID(slug(n.Name) + "-" + hash[:8]), Name: n.Name, Format: n.Format, SHA256: hash,
		Size: int64(len(n.Bytes)), Schema: n.Schema, AddedAt: r.clock().UTC(),
	}, nil
}

// List gives all models, by name and then by time added.
func (r *Repository) List(ctx context.Context) ([]*Model, error) {
	rows, err := r.db.QueryContext(ctx, selectModel+` ORDER BY name, added_at, id`)
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	defer rows.Close()
	models := []*Model{}
	for rows.Next() {
		m, err := scan(rows)
		if err != nil {
			return nil, err
		}
		models = append(models, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	return models, nil
}

// Get gives one model; "model-unknown" where there is none of that id.
func (r *Repository) Get(ctx context.Context, id ID) (*Model, error) {
	m, err := scan(r.db.QueryRowContext(ctx, selectModel+` WHERE id = ?`, string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, unknown()
	}
	return m, err
}

// Bytes gives a model's file, checked against its SHA-256.
func (r *Repository) Bytes(ctx context.Context, id ID) ([]byte, error) {
	var data []byte
	var want string
	err := r.db.QueryRowContext(ctx, `SELECT bytes, sha256 FROM model WHERE id = ?`, string(id)).Scan(&data, &want)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, unknown()
	}
	if err != nil {
		return nil, fmt.Errorf("read model %s: %w", id, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
		return nil, problem.New(problem.Internal, "model-damaged", "A stored model no longer has the SHA-256 it was stored with.").
			At("model " + string(id)).Try("Do not use it; remove it and add the model file again.")
	}
	return data, nil
}

func unknown() *problem.Problem {
	return problem.New(problem.NotFound, "model-unknown", "There is no model of that name in this vault.").
		Try("List the models to see which there are, or add the model file.")
}

const selectModel = `SELECT id, name, format, sha256, schema, added_at, size FROM model`

// scan reads one row of selectModel; sql.ErrNoRows stays visible.
func scan(row interface{ Scan(...any) error }) (*Model, error) {
	var m Model
	var schema, added string
	if err := row.Scan(&m.ID, &m.Name, &m.Format, &m.SHA256, &schema, &added, &m.Size); err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	if err := json.Unmarshal([]byte(schema), &m.Schema); err != nil {
		return nil, fmt.Errorf("read schema of model %s: %w", m.ID, err)
	}
	at, err := time.Parse(time.RFC3339Nano, added)
	if err != nil {
		return nil, fmt.Errorf("read time of model %s: %w", m.ID, err)
	}
	m.AddedAt = at
	return &m, nil
}

// legible leaves out of a name, often a file's, what a terminal or a page would
// obey rather than show.
func legible(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
}

// slug keeps ASCII letters and digits in lower case, joined by single dashes, at
// most 48 characters.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	out := strings.Join(words, "-")
	if out == "" && strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "model" // named in another script
	}
	return strings.TrimRight(out[:min(len(out), 48)], "-")
}

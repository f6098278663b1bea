package vault

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

const migrationTable = `CREATE TABLE IF NOT EXISTS migration (
	component  TEXT NOT NULL,
	step       INTEGER NOT NULL,
	sha256     TEXT NOT NULL,
	applied_at TEXT NOT NULL,
	PRIMARY KEY (component, step)
) STRICT, WITHOUT ROWID`

// ErrMigrationChanged: a step that a database already went through is not the
// step that the program holds now. Steps are added, never edited.
var ErrMigrationChanged = errors.New("an applied migration step was changed")

// Migrate brings a component's tables in core.db to the last of steps, each one
// or more SQL statements. Steps that are new are applied, once, all in one
// transaction: after an error or a crash none of them is. Problem "vault-newer"
// where the database went through more steps than the program knows.
func (v *Vault) Migrate(ctx context.Context, component string, steps []string) error {
	if err := migrate(ctx, v.core, component, steps, v.clock()); err != nil {
		return v.coreProblem(err)
	}
	return nil
}

// coreProblem words an error of core.db.
func (v *Vault) coreProblem(err error) error {
	return DBProblem(err, filepath.Join(v.home, coreName))
}

func migrate(ctx context.Context, db *sql.DB, component string, steps []string, now time.Time) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", component, err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, migrationTable); err != nil {
		return fmt.Errorf("migrate %s: %w", component, err)
	}
	applied, err := appliedSteps(ctx, tx, component)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", component, err)
	}
	if err := checkApplied(component, applied, steps); err != nil {
		return err
	}
	for i := len(applied); i < len(steps); i++ {
		if err := applyStep(ctx, tx, component, i+1, steps[i], now); err != nil {
			return fmt.Errorf("migrate %s, step %d: %w", component, i+1, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("migrate %s: %w", component, err)
	}
	return nil
}

// appliedSteps are the hashes of the steps that a database went through, by number.
func appliedSteps(ctx context.Context, tx *sql.Tx, component string) (map[int]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT step, sha256 FROM migration WHERE component = ?", component)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	applied := map[int]string{}
	for rows.Next() {
		var step int
		var hash string
		if err := rows.Scan(&step, &hash); err != nil {
			return nil, err
		}
		applied[step] = hash
	}
	return applied, rows.Err()
}

// checkApplied compares what a database went through with what the program holds.
func checkApplied(component string, applied map[int]string, steps []string) error {
	for step := range applied {
		if step > len(steps) {
			return newer(coreName)
		}
	}
	for step := 1; step <= len(applied); step++ {
		if applied[step] != stepHash(steps[step-1]) {
			return fmt.Errorf("migrate %s, step %d: %w", component, step, ErrMigrationChanged)
		}
	}
	return nil
}

func applyStep(ctx context.Context, tx *sql.Tx, component string, step int, sqlText string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, sqlText); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO migration (component, step, sha256, applied_at) VALUES (?, ?, ?, ?)",
		component, step, stepHash(sqlText), now.UTC().Format(time.RFC3339))
	return err
}

func stepHash(sqlText string) string {
	sum := sha256.Sum256([]byte(sqlText))
	return hex.EncodeToString(sum[:])
}

package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"vitrine/backend/vault/encfs"
)

// coreSteps are the vault's own tables in core.db; see FORMAT.md.
var coreSteps = []string{
	`CREATE TABLE vault_identity (
		only INTEGER PRIMARY KEY CHECK (only = 1),
		id   TEXT NOT NULL
	) STRICT;
	CREATE TABLE dataset (
		id           TEXT NOT NULL,
		version      TEXT NOT NULL,
		file         TEXT NOT NULL UNIQUE,
		bytes        INTEGER NOT NULL,
		current      INTEGER NOT NULL CHECK (current IN (0, 1)),
		published_at TEXT NOT NULL,
		meta         BLOB NOT NULL,
		key          BLOB NOT NULL, -- of its file, sealed by the vault key
		digest       BLOB NOT NULL, -- SHA-256 of its file as published
		PRIMARY KEY (id, version)
	) STRICT, WITHOUT ROWID;
	CREATE UNIQUE INDEX dataset_one_current ON dataset (id) WHERE current = 1;`,
}

// createCore writes a complete core.db for a new vault and syncs it.
func createCore(ctx context.Context, path, id string, set keySet, clock func() time.Time) error {
	if err := createPrivate(path); err != nil {
		return err
	}
	fs, err := sealWith(set, encfs.Options{PageSize: corePage})
	if err != nil {
		return err
	}
	db, err := openSQLite(ctx, path, coreSettings, fs, 1)
	if err != nil {
		return errors.Join(err, fs.Close())
	}
	if err := errors.Join(fillCore(ctx, db, id, clock), db.Close(), fs.Close()); err != nil {
		return DBProblem(err, path)
	}
	if err := syncFile(path); err != nil {
		return FileProblem(err, path)
	}
	return FileProblem(syncFolder(filepath.Dir(path)), path)
}

func fillCore(ctx context.Context, db *sql.DB, id string, clock func() time.Time) error {
	if err := stamp(ctx, db, coreID); err != nil {
		return err
	}
	if err := migrate(ctx, db, "vault", coreSteps, clock()); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "INSERT INTO vault_identity (only, id) VALUES (1, ?)", id)
	return err
}

// stamp marks the file as Vitrine's. It is the first write and fixes the page size.
func stamp(ctx context.Context, db *sql.DB, id int) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", id))
	return err
}

// checkIdentity refuses a core.db that came from another vault.
func checkIdentity(ctx context.Context, db *sql.DB, home, id string) error {
	var found string
	err := db.QueryRowContext(ctx, "SELECT id FROM vault_identity").Scan(&found)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return DBProblem(err, filepath.Join(home, coreName))
	}
	if found != id {
		return damaged(home, "core.db and vault.json belong to different vaults.")
	}
	return nil
}

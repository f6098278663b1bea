package vault

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
)

// Staged is a dataset version being written. End it with Publish or Discard;
// Discard after Publish does nothing, so it can be deferred. One goroutine at a
// time.
type Staged struct {
	vault       *Vault
	id, version string
	path        string
	key         *keys.Key // of this file alone
	fs          *encfs.FS
	db          *sql.DB
	done        bool
}

// StageDataset gives an empty database to write a dataset version into. It is
// not journalled: after an error inside a transaction, Discard it.
func (v *Vault) StageDataset(ctx context.Context, id, version string) (*Staged, error) {
	if err := checkNames(id, version); err != nil {
		return nil, err
	}
	path, err := v.stagingPath()
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	s := &Staged{vault: v, id: id, version: version, path: path, key: keys.NewKey()}
	if err := s.open(ctx); err != nil {
		_ = os.Remove(path)
		s.key.Destroy()
		return nil, err
	}
	if err := stamp(ctx, s.db, datasetID); err != nil {
		return nil, errors.Join(DBProblem(err, path), s.Discard())
	}
	v.mu.Lock()
	closed := v.closed
	v.staged[s] = struct{}{}
	v.mu.Unlock()
	if closed {
		return nil, errors.Join(errClosed(), s.Discard())
	}
	return s, nil
}

func (s *Staged) open(ctx context.Context) (err error) {
	if s.fs, err = sealWith(oneKey(s.key), encfs.Options{PageSize: datasetPage}); err != nil {
		return err
	}
	if s.db, err = openSQLite(ctx, s.path, stagedSettings, s.fs, stagedConnections); err != nil {
		s.vault.endSeal(s.fs)
	}
	return err
}

// stagingPath is a name of no meaning: the same version may be staged twice.
func (v *Vault) stagingPath() (string, error) {
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		return "", fmt.Errorf("name a staging file: %w", err)
	}
	return filepath.Join(v.home, stagingDir, hex.EncodeToString(name)+".db"), nil
}

// DB is the database to write. Close rows and transactions before Publish.
func (s *Staged) DB() *sql.DB { return s.db }

// Discard removes what was staged.
func (s *Staged) Discard() error {
	if s.done {
		return nil
	}
	s.end()
	err := s.db.Close()
	s.vault.endSeal(s.fs)
	s.key.Destroy()
	if gone := os.Remove(s.path); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return DBProblem(err, s.path)
}

func (s *Staged) end() {
	s.done = true
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	delete(s.vault.staged, s)
}

// Publish makes what was staged the current version of its dataset, keeping meta
// (usually the descriptor) with it. A version that is published again is
// replaced; who is reading the old one keeps it. It happens wholly or not at all;
// after an error, Discard.
func (s *Staged) Publish(ctx context.Context, meta []byte) error {
	if s.done {
		return errors.New("publish dataset: already published or discarded")
	}
	if s.db.Stats().InUse > 0 {
		return errors.New("publish dataset: a transaction or a query on the staged database is still open")
	}
	bytes, digest, err := s.settle()
	if err != nil {
		return err
	}
	v := s.vault
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return errClosed()
	}
	file, err := v.place(s)
	if err != nil {
		return err
	}
	row := DatasetRow{ID: s.id, Version: s.version, PublishedAt: v.clock(), Bytes: bytes, Meta: meta, file: file, digest: digest}
	if row.key, err = v.ring.WrapKey(databaseOf(file), s.key); err != nil {
		v.dropUnnamed(file)
		return err
	}
	replaced, err := v.record(ctx, row)
	if err != nil {
		v.dropUnnamed(file)
		return err
	}
	s.done = true
	s.key.Destroy()
	delete(v.staged, s)
	atStep("publish: recorded")
	if replaced != "" && replaced != file { // the same when the old file had gone missing
		v.retire(replaced)
		atStep("publish: old file retired")
	}
	return nil
}

// settle closes and syncs the staged file and says how long it is and what it is.
func (s *Staged) settle() (bytes int64, digest []byte, err error) {
	if err := s.db.Close(); err != nil {
		return 0, nil, DBProblem(err, s.path)
	}
	s.vault.endSeal(s.fs)
	s.fs = nil
	atStep("publish: closed")
	if err := syncFile(s.path); err != nil {
		return 0, nil, FileProblem(err, s.path)
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return 0, nil, FileProblem(err, s.path)
	}
	sum, err := encfs.Digest(s.path)
	if err != nil {
		return 0, nil, DBProblem(err, s.path)
	}
	atStep("publish: synced")
	return info.Size(), sum[:], nil
}

// place renames the staged file into datasets/ under a name that is not taken.
// v.mu is held.
func (v *Vault) place(s *Staged) (file string, err error) {
	file = fmt.Sprintf("%s@%s.db", s.id, s.version)
	for n := 2; ; n++ {
		_, err := os.Lstat(v.datasetPath(file))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return "", FileProblem(err, v.datasetPath(file))
		}
		file = fmt.Sprintf("%s@%s~%d.db", s.id, s.version, n)
	}
	path := v.datasetPath(file)
	if err := os.Rename(s.path, path); err != nil {
		return "", FileProblem(err, path)
	}
	atStep("publish: renamed")
	if err := syncFolder(filepath.Dir(path)); err != nil {
		_ = os.Remove(path)
		return "", FileProblem(err, path)
	}
	delete(v.shredded, file)
	atStep("publish: folder synced")
	return file, nil
}

// dropUnnamed removes a file whose row could not be written. It asks first: an
// error is no proof that the transaction did not reach the disk.
func (v *Vault) dropUnnamed(file string) {
	var rows int
	err := v.core.QueryRow("SELECT count(*) FROM dataset WHERE file = ?", file).Scan(&rows)
	if err == nil && rows == 0 {
		_ = os.Remove(v.datasetPath(file))
	}
}

// record writes the row in one transaction and names the file it replaces.
func (v *Vault) record(ctx context.Context, row DatasetRow) (replaced string, err error) {
	tx, err := v.core.BeginTx(ctx, nil)
	if err != nil {
		return "", v.coreProblem(err)
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, "SELECT file FROM dataset WHERE id = ? AND version = ?", row.ID, row.Version).Scan(&replaced)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", v.coreProblem(err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE dataset SET current = 0 WHERE id = ?", row.ID); err != nil {
		return "", v.coreProblem(err)
	}
	if row.Meta == nil {
		row.Meta = []byte{}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO dataset (id, version, file, bytes, current, published_at, meta, key, digest) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)
		ON CONFLICT (id, version) DO UPDATE SET file = excluded.file, bytes = excluded.bytes, current = 1,
		published_at = excluded.published_at, meta = excluded.meta, key = excluded.key, digest = excluded.digest`,
		row.ID, row.Version, row.file, row.Bytes, row.PublishedAt.UTC().Format(time.RFC3339Nano), row.Meta, row.key, row.digest)
	if err != nil {
		return "", v.coreProblem(err)
	}
	atStep("publish: about to commit")
	return replaced, v.coreProblem(tx.Commit())
}

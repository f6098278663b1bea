package vault

import (
	"context"
	"database/sql"
	"errors"
)

// Shred makes a dataset version unreadable for good: who is reading it is cut
// off, its key leaves core.db, its file is removed, and core.db gets a new key, so
// that no earlier page or copy of core.db opens with this vault any more. Another
// version, the last published, becomes the current one.
//
// finished is false where somebody was reading core.db: the dataset is gone, and
// core.db's earlier key goes at the next opening. After an error the dataset may be
// there or not; Shred again. What Shred cannot reach are copies of the whole
// folder, backups among them, that were made before.
//
// Problems: "dataset-missing", "dataset-name", "vault-busy".
func (v *Vault) Shred(ctx context.Context, id, version string) (finished bool, err error) {
	if err := checkNames(id, version); err != nil {
		return false, err
	}
	ctx, end, err := v.take(ctx, "A dataset is being shredded.")
	if err != nil {
		return false, err
	}
	defer end()
	if _, err := v.finishRotation(ctx, nil); err != nil {
		return false, err
	}
	if _, err := v.fileOf(ctx, id, version); err != nil {
		return false, err
	}
	// First, so that a crash from here on leaves a renewal that is finished later.
	if err := v.renewCore(v.manifest, nil); err != nil {
		return false, err
	}
	atStep("shred: new key in use")
	if err := v.drop(ctx, id, version); err != nil {
		return false, err
	}
	atStep("shred: file removed")
	return v.finishRotation(ctx, nil)
}

// fileOf names the file of a published version.
func (v *Vault) fileOf(ctx context.Context, id, version string) (file string, err error) {
	err = v.core.QueryRowContext(ctx, "SELECT file FROM dataset WHERE id = ? AND version = ?", id, version).Scan(&file)
	if errors.Is(err, sql.ErrNoRows) {
		return "", datasetMissing(id + "@" + version)
	}
	return file, v.coreProblem(err)
}

// drop deletes a version's row, cuts its readers off and removes its file.
func (v *Vault) drop(ctx context.Context, id, version string) error {
	file, readers, err := v.dropRow(ctx, id, version)
	if err != nil {
		return err
	}
	atStep("shred: row deleted")
	for _, db := range readers {
		err = errors.Join(err, db.Close()) // lets go of the file
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.retire(file)
	return DBProblem(err, v.datasetPath(file))
}

// dropRow deletes the row in one transaction, and says who reads the file. The
// file is looked up again: it was published anew, perhaps.
func (v *Vault) dropRow(ctx context.Context, id, version string) (string, []*sql.DB, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	file, err := v.fileOf(ctx, id, version)
	if err != nil {
		return "", nil, err
	}
	tx, err := v.core.BeginTx(ctx, nil)
	if err != nil {
		return "", nil, v.coreProblem(err)
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(ctx, "DELETE FROM dataset WHERE id = ? AND version = ?", id, version)
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE dataset SET current = 1 WHERE (id, version) =
			(SELECT id, version FROM dataset WHERE id = ?1 ORDER BY published_at DESC, version DESC LIMIT 1)
			AND NOT EXISTS (SELECT 1 FROM dataset WHERE id = ?1 AND current = 1)`, id)
	}
	if err == nil {
		atStep("shred: about to commit")
		err = tx.Commit()
	}
	if err != nil {
		return "", nil, v.coreProblem(err)
	}
	v.shredded[file] = true
	return file, v.readersOf(file), nil
}

// readersOf lists the pools that are open on a file. v.mu is held.
func (v *Vault) readersOf(file string) []*sql.DB {
	var list []*sql.DB
	for db, of := range v.readers {
		if of == file {
			list = append(list, db)
		}
	}
	return list
}

package vault

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"

	"vitrine/backend/problem"
	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
)

// Rotated says how a rotation ended.
type Rotated struct {
	Epoch uint32 // number of the vault key
	// Renew lists what opens nothing until it is set again, because its secret was
	// not given.
	Renew []keys.Wrap
	// Unfinished: the new keys are in use, and the earlier ones are still kept
	// because somebody was reading. It goes on at the next opening.
	Unfinished bool
}

// Rotate draws a new vault key and a new key for core.db, seals every database
// key again and every page of core.db, and forgets the earlier keys. The vault
// stays in use. secrets are what should open the vault afterwards; a
// demonstration needs none. report, where given, is told of core.db's pages.
//
// Writing vault.json is the one step that counts: before it nothing has changed,
// after it the new keys are in use and what is left to do is done by the next
// Rotate or the next opening. Until it is done the earlier keys are kept, sealed
// by the new one.
//
// The files of datasets keep their keys: who has both an old copy of this folder
// and what opened it can read them. After a theft of both, bring the data in again.
//
// Problems: those of keys.File.Rotate; "vault-busy", "rotate-unfinished".
func (v *Vault) Rotate(ctx context.Context, secrets keys.Secrets, report func(encfs.Progress)) (Rotated, error) {
	ctx, end, err := v.take(ctx, "The keys of this vault are being rotated.")
	if err != nil {
		return Rotated{}, err
	}
	defer end()
	if _, err := v.finishRotation(ctx, nil); err != nil {
		return Rotated{}, err
	}
	if v.info.Demonstration {
		path := filepath.Join(v.home, demonstrationKeyName)
		if secrets.Demonstration, err = os.ReadFile(path); err != nil {
			return Rotated{}, FileProblem(err, path)
		}
	}
	next, err := v.manifest.keys.Rotate(v.ring, secrets)
	if err != nil {
		return Rotated{}, err
	}
	if err := v.renewCore(&manifest{v.info, next.File}, next.Ring); err != nil {
		return Rotated{}, err
	}
	atStep("rotate: new keys in use")
	finished, err := v.finishRotation(ctx, report)
	return Rotated{Epoch: v.manifest.keys.Epoch(), Renew: next.Renew, Unfinished: !finished}, err
}

// mostCoreKeys fit in vault.json. There is more than one only while somebody reads
// core.db through a rotation.
const mostCoreKeys = 8

// renewCore gives core.db one more key, which seals from now on, and writes
// vault.json. m is to be written, with a ring that is to be taken into use or nil.
// The caller has the turn.
func (v *Vault) renewCore(m *manifest, ring *keys.Ring) error {
	seal := ring
	if seal == nil {
		seal = v.ring
	}
	set, err := v.manifest.coreKeys(v.ring.UnwrapKey)
	if err != nil {
		ring.Destroy()
		return err
	}
	defer set.destroy()
	if len(set.byEpoch) == mostCoreKeys {
		ring.Destroy()
		return problem.New(problem.Conflict, "rotate-unfinished", "Earlier rotations could not be finished because something reads the vault without end.").
			At(v.home).Try("Close Vitrine and open it again.")
	}
	set.grow()
	if m, err = m.withCoreKeys(seal, set); err != nil {
		ring.Destroy()
		return err
	}
	if err := v.describe(m, ring); err != nil {
		return err
	}
	return set.lend(v.coreFS.Rotate)
}

// resume goes on with what an earlier program was kept from finishing. What
// cannot be done now, for want of room or because the disk cannot be written,
// does not keep the vault from opening: both keys are there.
func (v *Vault) resume(ctx context.Context) error {
	_, _ = v.finishRotation(ctx, nil)
	return ctx.Err()
}

// finishRotation does what is left of a rotation after new keys are in use, and
// reports whether earlier ones are gone. The caller has the turn, or is opening.
func (v *Vault) finishRotation(ctx context.Context, report func(encfs.Progress)) (bool, error) {
	set, err := v.manifest.coreKeys(v.ring.UnwrapKey)
	if err != nil {
		return false, err
	}
	defer set.destroy()
	earlier := v.manifest.keys.Previous() > 0
	if !earlier && len(set.byEpoch) == 1 {
		return true, nil
	}
	if err := v.resealDatasets(ctx); err != nil {
		return false, err
	}
	atStep("rotate: datasets sealed again")
	renewed, err := v.rewriteCore(ctx, report)
	if err != nil {
		return false, err
	}
	atStep("rotate: core rewritten")
	return renewed, v.forget(set, renewed)
}

// resealDatasets seals the key of every dataset with the present vault key.
func (v *Vault) resealDatasets(ctx context.Context) error {
	tx, err := v.core.BeginTx(ctx, nil)
	if err != nil {
		return v.coreProblem(err)
	}
	defer tx.Rollback()
	sealed, err := datasetKeys(ctx, tx)
	if err != nil {
		return v.coreProblem(err)
	}
	for file, old := range sealed {
		if v.ring.IsCurrent(old) {
			continue
		}
		key, err := v.ring.UnwrapKey(databaseOf(file), old)
		if err != nil {
			return err
		}
		fresh, err := v.ring.WrapKey(databaseOf(file), key)
		key.Destroy()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE dataset SET key = ? WHERE file = ?", fresh, file); err != nil {
			return v.coreProblem(err)
		}
	}
	atStep("rotate: about to commit")
	return v.coreProblem(tx.Commit())
}

// datasetKeys are the sealed keys by file.
func datasetKeys(ctx context.Context, tx *sql.Tx) (map[string][]byte, error) {
	rows, err := tx.QueryContext(ctx, "SELECT file, key FROM dataset")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sealed := map[string][]byte{}
	for rows.Next() {
		var file string
		var key []byte
		if err := rows.Scan(&file, &key); err != nil {
			return nil, err
		}
		sealed[file] = key
	}
	return sealed, rows.Err()
}

// rewriteCore seals every page of core.db with its present key, and empties the
// log. false: somebody read meanwhile, and pages or the log still have another.
func (v *Vault) rewriteCore(ctx context.Context, report func(encfs.Progress)) (bool, error) {
	left, err := v.coreFS.Rewrite(ctx, filepath.Join(v.home, coreName), report)
	if err != nil {
		return false, v.coreProblem(err)
	}
	if left > 0 {
		return false, nil
	}
	return v.emptyLog(ctx)
}

// emptyLog copies core.db's log back and cuts it. The log's header has the key of
// when it was begun, and a crash would have it read again.
func (v *Vault) emptyLog(ctx context.Context) (bool, error) {
	var busy, frames, copied int
	err := v.core.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &copied)
	return busy == 0, v.coreProblem(err)
}

// forget drops the earlier vault keys, which no database key needs any more, and
// where core.db was renewed its earlier keys.
func (v *Vault) forget(set keySet, renewed bool) error {
	file, err := v.manifest.keys.ForgetPrevious(v.ring)
	if err != nil {
		return err
	}
	if renewed {
		set.shrink()
	}
	m, err := (&manifest{v.info, file}).withCoreKeys(v.ring, set)
	if err != nil {
		return err
	}
	if err := v.describe(m, nil); err != nil {
		return err
	}
	atStep("rotate: earlier keys forgotten")
	return set.lend(v.coreFS.Rotate)
}

package vault

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

// Restoring says what is restored where.
type Restoring struct {
	From string // a backup, or any vault folder that nobody has open
	To   string // new or empty; "" for a drill, which looks at everything and changes nothing
	// EvenDamaged restores what is good of a backup in which datasets are damaged.
	EvenDamaged bool
	// Unlock opens the keys of a vault that is not a demonstration.
	Unlock func(*keys.File) (*keys.Ring, error)
}

// Restore makes a vault out of a backup, having opened it and looked at all of it
// as Check does. Where anything is found the report says what, and nothing is
// restored unless that is wanted. The folder of the new vault is whole or not there. The backup stays as it
// is, and may lie on a disk that cannot be written.
//
// Problems: "backup-damaged", with the report; "backup-not-empty", "backup-inside", "backup-unfinished",
// those of Open.
func Restore(ctx context.Context, r Restoring) (BackupReport, error) {
	source, err := openBackup(&r)
	if err != nil {
		return BackupReport{}, err
	}
	defer source.close()
	if r.To == "" {
		report, err := source.inspect(ctx, r.From)
		if err == nil {
			err = refuse(report)
		}
		return report, err
	}
	if r.To, err = outside(r.To, r.From); err != nil {
		return BackupReport{}, err
	}
	var found BackupReport
	report, err := assemble(ctx, r.To, func(partial string) (BackupReport, error) {
		found, err = source.restore(ctx, r, partial)
		return found, err
	})
	if err != nil {
		return found, err
	}
	return report, nil
}

// restore fills a folder and looks at what is in it then. Without core.db there
// is nothing to be restored, so that is looked at before.
func (b *backup) restore(ctx context.Context, r Restoring, partial string) (BackupReport, error) {
	found, err := b.inspectCore(ctx, r.From)
	if err == nil {
		err = refuse(found)
	}
	if err == nil {
		err = b.copyTo(ctx, r.From, partial)
	}
	if err != nil {
		return found, err
	}
	if found, err = b.inspect(ctx, partial); err == nil && !r.EvenDamaged {
		found.Folder = r.From
		err = refuse(found)
	}
	return found, err
}

// refuse is the problem of a backup in which something was found.
func refuse(r BackupReport) error {
	if r.OK() {
		return nil
	}
	p := problem.New(problem.Unavailable, "backup-damaged", "This backup is not as Vitrine made it.").At(r.Folder).
		Try("Restore from another backup.")
	for _, f := range r.Findings[:min(len(r.Findings), 10)] {
		p = p.With(problem.Detail{Place: f.Place, Message: f.What})
	}
	return p
}

// backup is an unlocked vault folder at rest.
type backup struct {
	hold     *lock // where it is a folder that was opened before
	manifest *manifest
	ring     *keys.Ring
	core     keySet
}

func (b *backup) close() {
	b.core.destroy()
	b.ring.Destroy()
	if b.hold != nil {
		_ = b.hold.release()
	}
}

func openBackup(r *Restoring) (*backup, error) {
	var err error
	if r.From, err = filepath.Abs(r.From); err != nil {
		return nil, FileProblem(err, r.From)
	}
	if exists, err := survey(r.From); err != nil || !exists {
		return nil, firstProblem(errors.Join(err, problem.New(problem.NotFound, "vault-missing", "There is no backup in this folder.").
			At(r.From).Try("Name the folder that vitrine vault backup made.")), r.From)
	}
	b := &backup{}
	if b.hold, err = quiet(r.From); err != nil {
		return nil, err
	}
	if err := b.unlock(r); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *backup) unlock(r *Restoring) (err error) {
	if b.manifest, err = readManifest(r.From); err != nil {
		return err
	}
	if b.ring, err = (&Vault{home: r.From}).unlock(b.manifest, Options{Unlock: r.Unlock}); err != nil {
		return err
	}
	if err = b.manifest.authentic(r.From); err != nil {
		return err
	}
	b.core, err = b.manifest.coreKeys(b.ring.UnwrapKey)
	return err
}

// quiet refuses a vault that is open, or that was and did not end in order: its
// core.db is not its content without the log. A folder that was open once has a
// lock, which is held meanwhile; where it cannot be written nobody has it open.
func quiet(from string) (hold *lock, err error) {
	if _, err := os.Stat(filepath.Join(from, lockName)); err == nil {
		hold, err = acquire(from)
		if p := problem.From(err); p != nil && p.Code == "vault-in-use" {
			return nil, err
		}
	}
	info, err := os.Stat(filepath.Join(from, coreName+"-wal"))
	if err != nil || info.Size() == 0 {
		return hold, nil
	}
	if hold != nil {
		_ = hold.release()
	}
	return nil, problem.New(problem.Conflict, "backup-unfinished", "This vault was not closed in order.").At(from).
		Try("Open it with --home once, and close it.")
}

// inspectCore authenticates core.db alone.
func (b *backup) inspectCore(ctx context.Context, dir string) (BackupReport, error) {
	i := &inspection{home: dir, manifest: b.manifest, unwrap: b.ring.UnwrapKey}
	err := i.authenticateCore(ctx)
	report := BackupReport{Folder: dir, Vault: b.manifest.ID}
	report.add(i.report)
	return report, err
}

func (b *backup) inspect(ctx context.Context, dir string) (BackupReport, error) {
	return inspectAtRest(ctx, dir, b.manifest, b.ring.UnwrapKey, b.core)
}

// copyTo fills a folder as a backup does; what is damaged is left out and found
// missing.
func (b *backup) copyTo(ctx context.Context, from, to string) error {
	if err := copyFile(ctx, filepath.Join(from, coreName), filepath.Join(to, coreName)); err != nil {
		return err
	}
	counts, err := readSeals(from)
	if err == nil && counts != nil {
		err = writeSeals(to, counts)
	}
	if err != nil {
		return err
	}
	atStep("backup: core copied")
	var rows []DatasetRow
	err = atRest(ctx, to, b.core, func(r *resting) error {
		rows, err = listDatasets(ctx, r.core, from)
		return err
	})
	if err != nil {
		return err
	}
	if err := copyDatasets(ctx, from, to, rows); err != nil {
		return err
	}
	return copyDescription(from, to, b.manifest)
}

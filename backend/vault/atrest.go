package vault

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"vitrine/backend/problem"
)

// resting is a core.db that nobody writes.
type resting struct{ core *sql.DB }

// atRest opens the core.db of a folder for reading, without changing anything.
func atRest(ctx context.Context, dir string, set keySet, use func(*resting) error) error {
	path := filepath.Join(dir, coreName)
	fs, err := sealOf(set)
	if err != nil {
		return err
	}
	db, err := openSQLite(ctx, path, datasetSettings, fs, 1)
	if err != nil {
		return errors.Join(err, fs.Close())
	}
	return errors.Join(use(&resting{db}), db.Close(), fs.Close())
}

// partialName is where a folder is made before it gets its name.
func partialName(to string) string {
	return filepath.Join(filepath.Dir(to), ".vitrine-"+filepath.Base(to)+".partial")
}

// assemble has a vault folder made under another name, and gives it its own when
// it is whole. An error leaves nothing.
func assemble(ctx context.Context, to string, fill func(partial string) (BackupReport, error)) (report BackupReport, err error) {
	if err := free(to); err != nil {
		return report, err
	}
	partial := partialName(to)
	hold, err := beginPartial(partial)
	if err != nil {
		return report, err
	}
	atStep("backup: begun")
	report, err = fill(partial)
	if err == nil {
		err = ctx.Err()
	}
	err = errors.Join(err, hold.release(), os.Remove(filepath.Join(partial, lockName)))
	if err == nil {
		atStep("backup: whole")
		err = settle(partial, to)
	}
	if err != nil {
		_ = os.RemoveAll(partial)
		return BackupReport{}, firstProblem(err, to)
	}
	atStep("backup: in place")
	report.Folder = to
	return report, nil
}

// free refuses a folder with anything in it.
func free(to string) error {
	entries, err := os.ReadDir(to)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return FileProblem(err, to)
	}
	if len(entries) > 0 {
		return problem.New(problem.Conflict, "backup-not-empty", "This folder is not empty; nothing in it was changed.").At(to).
			Try("Name a new folder or an empty one.")
	}
	return nil
}

// beginPartial makes the folder, having removed one that a killed program left.
// The lock in it says that somebody is at work.
func beginPartial(partial string) (*lock, error) {
	if err := ours(partial); err != nil {
		return nil, err
	}
	if err := makeFolder(partial); err != nil {
		return nil, err
	}
	hold, err := acquire(partial)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(partial)
	for _, entry := range entries {
		if entry.Name() != lockName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(partial, entry.Name())))
		}
	}
	if err != nil {
		return nil, errors.Join(FileProblem(err, partial), hold.release())
	}
	return hold, nil
}

// ours refuses a folder with anything in it that Backup does not make.
func ours(partial string) error {
	entries, err := os.ReadDir(partial)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return FileProblem(err, partial)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !own[name] && name != manifestName && !strings.HasPrefix(name, coreName) && !isTemp(name) {
			return problem.New(problem.Conflict, "backup-not-empty", "This folder holds other files; nothing in it was changed.").At(partial).
				Try("Remove it, or name another folder for the backup.")
		}
	}
	return nil
}

// settle gives a folder that is whole its name.
func settle(partial, to string) error {
	if err := syncFolder(partial); err != nil {
		return FileProblem(err, partial)
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return FileProblem(err, to)
	}
	if err := os.Rename(partial, to); err != nil {
		return FileProblem(err, to)
	}
	return FileProblem(syncFolder(filepath.Dir(to)), to)
}

// firstProblem gives the problem among joined errors alone, so that it reads as
// one sentence.
func firstProblem(err error, place string) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p
	}
	return FileProblem(err, place)
}

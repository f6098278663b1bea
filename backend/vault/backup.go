package vault

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"vitrine/backend/problem"
	"vitrine/backend/vault/encfs"
)

// BackupReport says what a backup or a restored vault holds, and what looking at
// all of it found.
type BackupReport struct {
	Folder string `json:"folder"`
	Vault  string `json:"vault" doc:"id of the vault"`
	Bytes  int64  `json:"bytes" doc:"Of all files"`
	Report
}

// Backup makes a copy of the vault in a new or empty folder, while the vault is
// in use. The copy is a vault: it is encrypted as this one is, opens as this one
// does now, and is looked at as Check does before it gets its name; so a folder of
// that name is whole, or there is none. Where the program is killed a hidden folder .vitrine-….partial is
// left beside it, and goes with the next backup to the same place.
//
// core.db is copied by VACUUM INTO through its own sealing file system: that is
// one state of it, writers go on meanwhile, every page is sealed afresh and what
// was deleted is left out; a copy of the file would need the write lock as long
// as it takes. Dataset files never change, and are compared with their digest.
//
// A dataset that is damaged here is damaged there, and in Findings; the rest is
// good. Problems: "backup-not-empty", "backup-inside", "vault-busy",
// "vault-in-use" where another backup to the same place is under way.
func (v *Vault) Backup(ctx context.Context, to string) (BackupReport, error) {
	ctx, end, err := v.take(ctx, "A backup of this vault is being made.")
	if err != nil {
		return BackupReport{}, err
	}
	defer end()
	if to, err = outside(to, v.home); err != nil {
		return BackupReport{}, err
	}
	defer v.keepFiles()()
	return assemble(ctx, to, func(partial string) (BackupReport, error) {
		if err := v.copyTo(ctx, partial); err != nil {
			return BackupReport{}, err
		}
		set, err := v.manifest.coreKeys(v.ring.UnwrapKey)
		if err != nil {
			return BackupReport{}, err
		}
		defer set.destroy()
		return inspectAtRest(ctx, partial, v.manifest, v.unwrap, set)
	})
}

// outside gives the absolute path of a copy, which must not lie within what it
// is a copy of: an opening would tidy there.
func outside(to, home string) (string, error) {
	to, err := filepath.Abs(to)
	if err != nil {
		return "", FileProblem(err, to)
	}
	for dir := to; ; dir = filepath.Dir(dir) {
		if sameFolder(dir, home) {
			return "", problem.New(problem.Invalid, "backup-inside", "A backup and its vault cannot lie inside one another.").At(to).
				Try("Choose another folder, best on another disk.")
		}
		if dir == filepath.Dir(dir) {
			return to, nil
		}
	}
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// keepFiles keeps files that are replaced until it is undone.
func (v *Vault) keepFiles() (undo func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.copying = true
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.copying = false
		for file := range v.retired {
			v.retire(file)
		}
	}
}

// copyTo fills a folder. vault.json comes last, so that nothing less is a vault.
func (v *Vault) copyTo(ctx context.Context, dir string) error {
	core := filepath.Join(dir, coreName)
	if err := createPrivate(core); err != nil {
		return err
	}
	if _, err := v.core.ExecContext(ctx, "VACUUM INTO ?", core); err != nil {
		return DBProblem(err, core)
	}
	if err := syncFile(core); err != nil {
		return FileProblem(err, core)
	}
	if err := writeSeals(dir, v.coreFS.Seals()); err != nil {
		return err
	}
	atStep("backup: core copied")
	set, err := v.manifest.coreKeys(v.ring.UnwrapKey)
	if err != nil {
		return err
	}
	defer set.destroy()
	var rows []DatasetRow
	err = atRest(ctx, dir, set, func(r *resting) error {
		rows, err = listDatasets(ctx, r.core, v.home) // the sizes of the files that are here
		return err
	})
	if err != nil {
		return err
	}
	if err := copyDatasets(ctx, v.home, dir, rows); err != nil {
		return err
	}
	return copyDescription(v.home, dir, v.manifest)
}

// copyDatasets copies the files of rows, but those that are damaged.
func copyDatasets(ctx context.Context, from, to string, rows []DatasetRow) error {
	if err := makeFolder(filepath.Join(to, datasetsDir)); err != nil {
		return err
	}
	for _, row := range rows {
		if row.Damage != "" {
			continue
		}
		if err := copyFile(ctx, datasetPath(from, row.file), datasetPath(to, row.file)); err != nil {
			return err
		}
		atStep("backup: dataset copied")
	}
	return FileProblem(syncFolder(filepath.Join(to, datasetsDir)), to)
}

// copyDescription writes vault.json and what belongs to it.
func copyDescription(from, to string, m *manifest) error {
	if m.Demonstration {
		name := demonstrationKeyName
		if err := copyFile(context.Background(), filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return m.write(to)
}

// copyFile copies and syncs one file, whose name must be free.
func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return FileProblem(err, from)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return FileProblem(err, to)
	}
	_, err = io.Copy(out, untilDone{ctx, in})
	if err == nil {
		err = out.Sync()
	}
	return FileProblem(errors.Join(err, out.Close()), to)
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx  context.Context
	from io.Reader
}

func (r untilDone) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(b)
}

// inspectAtRest looks at everything in a folder that nobody writes in.
func inspectAtRest(ctx context.Context, dir string, m *manifest, unwrap unwrapper, set keySet) (BackupReport, error) {
	report := BackupReport{Folder: dir, Vault: m.ID, Report: Report{Findings: []Flaw{}}}
	i := &inspection{home: dir, manifest: m, unwrap: unwrap}
	if err := i.authenticateCore(ctx); err != nil || !i.report.OK() {
		report.add(i.report)
		return report, err
	}
	err := atRest(ctx, dir, set, func(r *resting) error {
		i.core = r.core
		if err := checkIdentity(ctx, r.core, dir, m.ID); err != nil {
			return err
		}
		return i.contents(ctx)
	})
	report.add(i.report)
	if err == nil {
		report.Bytes, err = bytesIn(dir)
	}
	return report, err
}

func (r *BackupReport) add(found Report) {
	if found.Findings == nil {
		found.Findings = []Flaw{}
	}
	r.Report = found
}

func bytesIn(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, FileProblem(err, dir)
}

// sealOf registers a file system to read a core.db at rest.
func sealOf(set keySet) (*encfs.FS, error) { return sealWith(set, encfs.Options{PageSize: corePage}) }

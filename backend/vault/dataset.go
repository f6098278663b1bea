package vault

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"vitrine/backend/problem"
	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
)

// DatasetRow is one published dataset version.
type DatasetRow struct {
	ID          string    `json:"id"`
	Version     string    `json:"version"`
	Current     bool      `json:"current" doc:"The version that is used when none is named"`
	PublishedAt time.Time `json:"published_at"`
	Bytes       int64     `json:"bytes" doc:"Size of its file"`
	Meta        []byte    `json:"-"` // what Publish was given; opaque to the vault
	// Damage says what is wrong with the file, in words; empty when nothing is seen to be.
	Damage string `json:"damage,omitempty"`

	file        string
	key, digest []byte
}

// databaseOf names a dataset file's key to the ring.
func databaseOf(file string) keys.Database { return keys.Database{Name: file, Epoch: keyEpoch} }

const nameLimit = 64

var (
	idPattern      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	versionPattern = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
	filePattern    = regexp.MustCompile(`^[a-z0-9-]+@[a-z0-9._-]+(~[1-9][0-9]*)?\.db$`)
)

// checkNames keeps a dataset's file name within its folder and the same on every
// operating system.
func checkNames(id, version string) error {
	if len(id) > nameLimit || !idPattern.MatchString(id) {
		return badName("dataset id", "lower-case letters, digits and single dashes")
	}
	if len(version) > nameLimit || !versionPattern.MatchString(version) {
		return badName("dataset version", "lower-case letters and digits, with single dots, dashes or underscores between them")
	}
	return nil
}

func badName(what, allowed string) error {
	return problem.New(problem.Invalid, "dataset-name", "This cannot be a "+what+".").
		Try(fmt.Sprintf("Use %s, at most %d characters.", allowed, nameLimit))
}

const selectDatasets = "SELECT id, version, file, bytes, current, published_at, meta, key, digest FROM dataset"

// Datasets lists what was published, by id and then by time, looking at each
// file's presence and size.
func (v *Vault) Datasets(ctx context.Context) ([]DatasetRow, error) {
	return listDatasets(ctx, v.core, v.home)
}

func listDatasets(ctx context.Context, core *sql.DB, home string) ([]DatasetRow, error) {
	place := filepath.Join(home, coreName)
	rows, err := core.QueryContext(ctx, selectDatasets+" ORDER BY id, published_at, version")
	if err != nil {
		return nil, DBProblem(err, place)
	}
	defer rows.Close()
	var list []DatasetRow
	for rows.Next() {
		row, err := scanDataset(rows)
		if err != nil {
			return nil, DBProblem(err, place)
		}
		row.Damage = damage(home, row)
		list = append(list, row)
	}
	return list, DBProblem(rows.Err(), place)
}

func scanDataset(from interface{ Scan(...any) error }) (row DatasetRow, err error) {
	var at string
	if err := from.Scan(&row.ID, &row.Version, &row.file, &row.Bytes, &row.Current, &at, &row.Meta, &row.key, &row.digest); err != nil {
		return row, err
	}
	row.PublishedAt, err = time.Parse(time.RFC3339Nano, at)
	return row, err
}

// damage is what can be seen of a file without reading it.
func damage(home string, row DatasetRow) string {
	info, err := os.Stat(datasetPath(home, row.file))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "Its file is missing."
	case err != nil:
		return "Its file cannot be looked at."
	case info.Size() != row.Bytes:
		return "Its file has another size than when it was published."
	}
	return ""
}

func datasetPath(home, file string) string { return filepath.Join(home, datasetsDir, file) }

func (v *Vault) datasetPath(file string) string { return datasetPath(v.home, file) }

// OpenDataset opens a published version for reading. What is read stays the same
// until the caller closes it, also when the version is published again meanwhile.
// Problems: "dataset-missing", "dataset-damaged".
func (v *Vault) OpenDataset(ctx context.Context, id, version string) (*sql.DB, error) {
	if err := checkNames(id, version); err != nil {
		return nil, err
	}
	row, err := v.hold(ctx, id, version)
	if err != nil {
		return nil, err
	}
	path := v.datasetPath(row.file)
	fs, err := v.sealDataset(row)
	if err != nil {
		v.letGo(nil, row.file)
		return nil, err
	}
	c, err := connector(path, datasetSettings, fs)
	if err != nil {
		v.endSeal(fs)
		v.letGo(nil, row.file)
		return nil, err
	}
	r := &reader{Connector: c}
	db := sql.OpenDB(r)
	r.done = func() {
		v.endSeal(fs)
		v.letGo(db, row.file)
	}
	if err := ready(ctx, db, path, datasetConnections()); err != nil {
		return nil, err
	}
	return db, v.track(db, row.file)
}

// sealDataset registers the file system of one dataset file.
func (v *Vault) sealDataset(row DatasetRow) (*encfs.FS, error) {
	key, err := v.unwrap(databaseOf(row.file), row.key)
	if err != nil {
		return nil, err
	}
	defer key.Destroy()
	return sealWith(oneKey(key), encfs.Options{PageSize: datasetPage})
}

// reader tells the vault when a dataset's pool is closed, so that a file that was
// replaced goes with its last reader. The pool opens connections as it needs
// them, by name, so the name has to stay good until then.
type reader struct {
	driver.Connector
	once sync.Once
	done func()
}

// Close is called by sql.DB.Close.
func (r *reader) Close() error {
	r.once.Do(r.done)
	return nil
}

// hold finds a version's row and keeps its file from being removed.
func (v *Vault) hold(ctx context.Context, id, version string) (DatasetRow, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return DatasetRow{}, errClosed()
	}
	row, err := scanDataset(v.core.QueryRowContext(ctx, selectDatasets+" WHERE id = ? AND version = ?", id, version))
	if errors.Is(err, sql.ErrNoRows) {
		return row, datasetMissing(id + "@" + version)
	}
	if err != nil {
		return row, v.coreProblem(err)
	}
	if damage := damage(v.home, row); damage != "" {
		return row, problem.New(problem.Unavailable, "dataset-damaged", "The dataset cannot be opened. "+damage).
			At(id + "@" + version).Try("Bring the dataset in again.")
	}
	v.held[row.file]++
	return row, nil
}

// letGo undoes hold, and removes the file if nothing names it any more.
func (v *Vault) letGo(db *sql.DB, file string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.readers, db)
	if v.held[file]--; v.held[file] > 0 {
		return
	}
	delete(v.held, file)
	if v.retired[file] {
		v.retire(file)
	}
}

// retire removes a file that no row names: now, with its last reader, or when the
// backup under way has copied it. v.mu is held.
func (v *Vault) retire(file string) {
	if v.held[file] > 0 || v.copying {
		v.retired[file] = true
		return
	}
	v.remove(file)
}

// remove deletes a retired file. Where that fails (Windows, still open
// somewhere), the next opening does it.
func (v *Vault) remove(file string) {
	delete(v.retired, file)
	_ = os.Remove(v.datasetPath(file))
}

// track has the vault close a reader that its user did not.
func (v *Vault) track(db *sql.DB, file string) error {
	v.mu.Lock()
	closed, shredded := v.closed, v.shredded[file]
	if !closed && !shredded {
		v.readers[db] = file
	}
	v.mu.Unlock()
	switch {
	case closed:
		_ = db.Close()
		return errClosed()
	case shredded:
		_ = db.Close()
		return datasetMissing(file)
	}
	return nil
}

func datasetMissing(place string) error {
	return problem.New(problem.NotFound, "dataset-missing", "This vault does not hold this version of the dataset.").
		At(place).Try("See which it holds with vitrine datasets.")
}

func errClosed() error {
	return problem.New(problem.Unavailable, "vault-closed", "The vault is closed.").Try("Open it again.")
}

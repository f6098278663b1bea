package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"vitrine/backend/vault/encfs"
)

// Flaw is one thing that is wrong in a vault.
type Flaw struct {
	Place string `json:"place" doc:"File, and page where one is meant"`
	What  string `json:"what"`
}

// Report is what a check of a whole vault found.
type Report struct {
	Files    int    `json:"files" doc:"Databases looked at"`
	Pages    int64  `json:"pages" doc:"Pages authenticated"`
	Findings []Flaw `json:"findings"`
	More     int64  `json:"more" doc:"Findings beyond those listed"`
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 && r.More == 0 }

func (r *Report) add(place, what string) {
	r.Findings = append(r.Findings, Flaw{place, what})
}

// Check authenticates every page of every database of the vault, while it is in
// use, has SQLite look at core.db's structure, and compares each dataset file with
// what was published. It changes nothing. The error is for what kept it from
// looking; "vault-busy" where the keys are being changed or a backup made.
func (v *Vault) Check(ctx context.Context) (Report, error) {
	ctx, end, err := v.take(ctx, "This vault is being checked.")
	if err != nil {
		return Report{Findings: []Flaw{}}, err
	}
	defer end()
	i := &inspection{home: v.home, manifest: v.manifest, unwrap: v.unwrap, core: v.core, inUse: true}
	if err := i.all(ctx); err != nil {
		return i.report, err
	}
	return i.report, i.description()
}

// inspection looks at everything in a vault folder: one in use, or a copy at rest.
type inspection struct {
	home     string
	manifest *manifest
	unwrap   unwrapper
	core     *sql.DB
	inUse    bool
	report   Report
}

// all looks at core.db and then at each dataset.
func (i *inspection) all(ctx context.Context) error {
	i.report.Findings = []Flaw{}
	if err := i.authenticateCore(ctx); err != nil {
		return err
	}
	return i.contents(ctx)
}

// contents looks at what core.db says.
func (i *inspection) contents(ctx context.Context) error {
	if err := i.structure(ctx); err != nil {
		return err
	}
	rows, err := listDatasets(ctx, i.core, i.home)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := i.dataset(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// description compares vault.json with the one in use.
func (i *inspection) description() error {
	m, err := readManifest(i.home)
	if err != nil {
		i.report.add(manifestName, "It is not as Vitrine wrote it.")
		return nil
	}
	was, err := i.manifest.keys.MarshalJSON()
	if err != nil {
		return fmt.Errorf("check the keys: %w", err)
	}
	is, err := m.keys.MarshalJSON()
	if err != nil {
		return fmt.Errorf("check the keys: %w", err)
	}
	if string(was) != string(is) || m.authentic(i.home) != nil {
		i.report.add(manifestName, "It is not the one with which the vault was opened.")
	}
	return nil
}

func (i *inspection) authenticateCore(ctx context.Context) error {
	set, err := i.manifest.coreKeys(i.unwrap)
	if err != nil {
		return err
	}
	return i.authenticate(ctx, coreName, filepath.Join(i.home, coreName), set)
}

// structure has SQLite look at core.db.
func (i *inspection) structure(ctx context.Context) error {
	path := filepath.Join(i.home, coreName)
	rows, err := i.core.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return DBProblem(err, path)
	}
	defer rows.Close()
	for rows.Next() {
		var said string
		if err := rows.Scan(&said); err != nil {
			return DBProblem(err, path)
		}
		if said != "ok" {
			i.report.add(coreName, said)
		}
	}
	return DBProblem(rows.Err(), path)
}

func (i *inspection) dataset(ctx context.Context, row DatasetRow) error {
	if row.Damage != "" {
		i.report.Files++
		i.report.add(row.file, row.Damage)
		return nil
	}
	key, err := i.unwrap(databaseOf(row.file), row.key)
	if err != nil {
		return err
	}
	path := datasetPath(i.home, row.file)
	if err := i.authenticate(ctx, row.file, path, oneKey(key)); err != nil {
		return err
	}
	if err := encfs.VerifyDigest(path, [32]byte(row.digest)); errors.Is(err, encfs.ErrDigest) {
		i.report.add(row.file, "The file is not the one that was published.")
	} else if err != nil {
		return DBProblem(err, path)
	}
	return nil
}

// authenticate opens every page of one database with its keys, which it destroys.
func (i *inspection) authenticate(ctx context.Context, name, path string, set keySet) error {
	defer set.destroy()
	return set.lend(func(lent encfs.KeySet) error {
		found, err := encfs.Check(ctx, path, lent)
		if err != nil {
			return DBProblem(err, path)
		}
		i.report.Files++
		i.report.Pages += found.Pages
		i.report.More += found.More
		for _, f := range found.Findings {
			if f.Torn && i.inUse && name == coreName {
				continue // what a crash leaves at the end of a log in use
			}
			place := name + f.File
			if f.Number >= 0 {
				place = fmt.Sprintf("%s, page %d", place, f.Number)
			}
			i.report.add(place, f.What)
		}
		return nil
	})
}

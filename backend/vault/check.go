package vault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"vitrine/backend/vault/encfs"
	"vitrine/backend/vault/keys"
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
// looking.
func (v *Vault) Check(ctx context.Context) (Report, error) {
	r := Report{Findings: []Flaw{}}
	if err := v.checkCore(ctx, &r); err != nil {
		return r, err
	}
	rows, err := v.Datasets(ctx)
	if err != nil {
		return r, err
	}
	for _, row := range rows {
		if err := v.checkDataset(ctx, &r, row); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (v *Vault) checkCore(ctx context.Context, r *Report) error {
	m, err := readManifest(v.home)
	if err != nil {
		return err
	}
	key, err := m.coreKey(v.ring)
	if err != nil {
		return err
	}
	if err := v.authenticate(ctx, r, coreName, filepath.Join(v.home, coreName), key); err != nil {
		return err
	}
	rows, err := v.core.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return v.coreProblem(err)
	}
	defer rows.Close()
	for rows.Next() {
		var said string
		if err := rows.Scan(&said); err != nil {
			return v.coreProblem(err)
		}
		if said != "ok" {
			r.add(coreName, said)
		}
	}
	return v.coreProblem(rows.Err())
}

func (v *Vault) checkDataset(ctx context.Context, r *Report, row DatasetRow) error {
	if row.Damage != "" {
		r.Files++
		r.add(row.file, row.Damage)
		return nil
	}
	key, err := v.ring.UnwrapKey(databaseOf(row.file), row.key)
	if err != nil {
		return err
	}
	path := v.datasetPath(row.file)
	if err := v.authenticate(ctx, r, row.file, path, key); err != nil {
		return err
	}
	if err := encfs.VerifyDigest(path, [32]byte(row.digest)); errors.Is(err, encfs.ErrDigest) {
		r.add(row.file, "The file is not the one that was published.")
	} else if err != nil {
		return DBProblem(err, path)
	}
	return nil
}

// authenticate opens every page of one database with its key, which it destroys.
func (v *Vault) authenticate(ctx context.Context, r *Report, name, path string, key *keys.Key) error {
	defer key.Destroy()
	return withKeySet(key, func(set encfs.KeySet) error {
		found, err := encfs.Check(ctx, path, set)
		if err != nil {
			return DBProblem(err, path)
		}
		r.Files++
		r.Pages += found.Pages
		r.More += found.More
		for _, f := range found.Findings {
			if f.Torn && name == coreName {
				continue // what a crash leaves at the end of a log in use
			}
			place := name + f.File
			if f.Number >= 0 {
				place = fmt.Sprintf("%s, page %d", place, f.Number)
			}
			r.add(place, f.What)
		}
		return nil
	})
}

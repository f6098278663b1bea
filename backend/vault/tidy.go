package vault

import (
	"context"
	"os"
	"path/filepath"
)

// tidy removes what an interrupted process left behind: everything staged,
// unfinished files beside vault.json, and dataset files that no row names. A file
// whose name Vitrine would not give is somebody's own and stays.
func (v *Vault) tidy(ctx context.Context) error {
	for _, dir := range []string{datasetsDir, stagingDir} {
		if err := makeFolder(filepath.Join(v.home, dir)); err != nil {
			return err
		}
	}
	if err := empty(filepath.Join(v.home, stagingDir)); err != nil {
		return err
	}
	if err := removeIn(v.home, isTemp); err != nil {
		return err
	}
	rows, err := v.Datasets(ctx)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, row := range rows {
		named[row.file] = true
	}
	return removeIn(filepath.Join(v.home, datasetsDir), func(name string) bool {
		return filePattern.MatchString(name) && !named[name] || isTemp(name)
	})
}

// removeIn removes the plain files of a folder whose name matches.
func removeIn(dir string, match func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return FileProblem(err, dir)
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && match(entry.Name()) {
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return FileProblem(err, dir)
			}
		}
	}
	return nil
}

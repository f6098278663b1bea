package vault

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"vitrine/backend/problem"
)

// DefaultHome is the user's own data folder for Vitrine: $XDG_DATA_HOME/vitrine
// or ~/.local/share/vitrine, ~/Library/Application Support/Vitrine on macOS,
// %LocalAppData%\Vitrine on Windows. It need not exist.
func DefaultHome() (string, error) {
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "Vitrine"), nil
		}
	case "darwin":
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, "Library", "Application Support", "Vitrine"), nil
		}
	default:
		// The XDG base directory specification says to ignore a relative value.
		if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "vitrine"), nil
		}
		if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
			return filepath.Join(home, ".local", "share", "vitrine"), nil
		}
	}
	return "", problem.New(problem.Unavailable, "home-unknown",
		"This computer does not say where your data folder is.").
		Try("Name a folder with --home or VITRINE_HOME.")
}

// own are the names that a creation which did not finish may have left behind.
// A folder with nothing else in it counts as empty.
var own = map[string]bool{
	lockName: true, datasetsDir: true, stagingDir: true, demonstrationKeyName: true, sealsName: true, attemptsName: true, ".DS_Store": true,
}

// survey reports whether home holds a vault. A folder with anything else in it
// is refused: Vitrine deletes in its own folders and must never do so elsewhere.
func survey(home string) (exists bool, err error) {
	entries, err := os.ReadDir(home)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, FileProblem(err, home)
	}
	foreign := false
	for _, entry := range entries {
		if entry.Name() == manifestName {
			return true, nil
		}
		foreign = foreign || !own[entry.Name()] && !isTemp(entry.Name())
	}
	if !foreign {
		left, err := os.ReadDir(filepath.Join(home, datasetsDir))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return false, FileProblem(err, home)
		}
		foreign = len(left) > 0
	}
	if foreign {
		return false, problem.New(problem.Invalid, "not-a-vault",
			"This folder holds other files and is no Vitrine vault (it has no vault.json).").At(home).
			Try("Name an empty folder, a new one, or the folder of your vault.")
	}
	return false, nil
}

// makeFolder makes a folder that only its owner can enter.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return FileProblem(err, path)
	}
	return FileProblem(syncFolder(filepath.Dir(path)), path)
}

// keepPrivate takes other users' access away. A drive without permissions (FAT,
// some network shares) cannot, and is used as it is.
func keepPrivate(home string) {
	if info, err := os.Stat(home); err == nil && info.Mode().Perm()&0o077 != 0 {
		_ = os.Chmod(home, 0o700)
	}
}

// empty removes everything in a folder of the vault's own.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return FileProblem(err, dir)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return FileProblem(err, dir)
		}
	}
	return nil
}

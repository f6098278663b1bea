package vault

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"vitrine/backend/vault/keys"
)

// attemptsName keeps how often a wrong passphrase was tried, so that the waits
// between tries survive a restart.
const attemptsName = "attempts.json"

// Attempts is a vault folder's record of wrong passphrases; a keys.AttemptStore.
type Attempts struct{ Home string }

// Load gives what Save kept, nil for nothing.
func (a Attempts) Load() ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(a.Home, attemptsName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Save replaces what was kept.
func (a Attempts) Save(state []byte) error {
	return WriteFile(filepath.Join(a.Home, attemptsName), 0o600, func(w io.Writer) error {
		_, err := w.Write(state)
		return err
	})
}

// Exists reports whether a folder holds a vault. A folder that holds anything
// else is a problem: "not-a-vault".
func Exists(home string) (bool, error) { return survey(home) }

// Peek reads what vault.json says without opening anything. What it says is not
// yet known to be authentic.
func Peek(home string) (Info, *keys.File, error) {
	m, err := readManifest(home)
	if err != nil {
		return Info{}, nil, err
	}
	return m.Info, m.keys, nil
}

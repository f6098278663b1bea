//go:build unix

package vault

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder makes renames in a folder survive a power cut. Some network and
// user-space file systems do not offer it; there is nothing more to be done then.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

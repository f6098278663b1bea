//go:build !windows

package bucket

import (
	"errors"
	"syscall"
)

// notFolder reports that an element in the middle of a path is a file.
func notFolder(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

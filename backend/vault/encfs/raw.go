package encfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// rawFile reads sealed bytes as they are on disk. It opens the file through
// SQLite's own VFS, not through package os: on Unix, closing any descriptor of a
// file drops all locks that the process has on it, and SQLite's VFS is the one
// that knows to wait.
type rawFile struct {
	tls   *libc.TLS
	name  uintptr
	file  below
	disk  disk
	bytes int64 // size when opened
}

// openRaw opens a database, or the log or journal of one, for reading.
func openRaw(path string, kind int32) (*rawFile, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	r := &rawFile{tls: libc.NewTLS()}
	if err := r.open(path, kind); err != nil {
		r.tls.Close()
		if _, gone := os.Stat(path); gone != nil {
			err = gone // since we looked
		}
		return nil, err
	}
	return r, nil
}

func (r *rawFile) open(path string, kind int32) error {
	sqlite3.Xsqlite3_initialize(r.tls)
	system := sqlite3.Xsqlite3_vfs_find(r.tls, 0)
	v := at[sqlite3.Tsqlite3_vfs](system)
	cpath, err := libc.CString(path)
	if err != nil {
		return err
	}
	defer libc.Xfree(r.tls, cpath)
	empty, err := libc.CString("")
	if err != nil {
		return err
	}
	defer libc.Xfree(r.tls, empty)
	r.name = sqlite3.Xsqlite3_create_filename(r.tls, cpath, empty, empty, 0, 0)
	r.file = below(libc.Xcalloc(r.tls, 1, types.Size_t(v.FszOsFile)))
	r.disk = disk{below: r.file}
	rc := function[xOpen](v.FxOpen)(r.tls, system, r.name, uintptr(r.file), kind|sqlite3.SQLITE_OPEN_READONLY, 0)
	if rc == sqlite3.SQLITE_OK {
		if r.bytes, rc = r.file.size(r.tls); rc == sqlite3.SQLITE_OK {
			return nil
		}
	}
	r.free()
	return &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("SQLite says %d", rc)}
}

// errShort says that a file became shorter while it was read.
var errShort = errors.New("the file is being shortened")

// at reads n bytes. They are good until the next call.
func (r *rawFile) at(n int, off int64) ([]byte, error) {
	b, rc := r.disk.load(r.tls, n, off)
	if rc == sqlite3.SQLITE_IOERR_SHORT_READ {
		return nil, errShort
	}
	if rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("read %d bytes at %d: SQLite says %d", n, off, rc)
	}
	return b, nil
}

func (r *rawFile) close() {
	r.free()
	r.tls.Close()
}

func (r *rawFile) free() {
	if *at[uintptr](uintptr(r.file)) != 0 {
		r.file.close(r.tls)
	}
	libc.Xfree(r.tls, uintptr(r.file))
	if r.disk.scratch != 0 {
		libc.Xfree(r.tls, r.disk.scratch)
	}
	sqlite3.Xsqlite3_free_filename(r.tls, r.name)
}

package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"vitrine/backend/problem"
)

// fault is one thing that a disk can say, in words.
type fault struct {
	errs          []error
	kind          problem.Kind
	code          string
	message, hint string
}

// faults are tried in order: what is more particular comes first.
var faults = []fault{
	{errnoDiskFull, problem.Unavailable, "disk-full", "There is no space left on the disk.", "Make room and try again; nothing that was there has changed."},
	{errnoTooLarge, problem.TooLarge, "file-too-large", "The file is larger than this disk or account allows.", "Choose another place, or ask for a higher limit."},
	{errnoReadOnly, problem.Unavailable, "disk-read-only", "The disk can be read but not written.", "Choose another place, or make the disk writable."},
	{errnoInUse, problem.Conflict, "file-in-use", "Another program has this file open.", "Close it there and try again."},
	{errnoNotFolder, problem.Invalid, "not-a-folder", "Part of this path is a file, not a folder.", "Check the path."},
	{errnoIsFolder, problem.Invalid, "not-a-file", "This is a folder, not a file.", "Name a file."},
	{errnoBadName, problem.Invalid, "file-name", "The disk does not accept this name.", "Choose a shorter or simpler name."},
	{errnoDisk, problem.Unavailable, "disk-fault", "The disk could not be read or written.", "Check the disk; if it is a network drive, check the connection."},
	{errnoHandles, problem.Unavailable, "too-many-files", "Too many files are open at once.", "Close other programs and try again."},
	{errnoNoLocks, problem.Unavailable, "disk-no-locks", "This disk does not support file locks.", "Choose a folder on a local disk."},
	{[]error{fs.ErrNotExist}, problem.NotFound, "file-missing", "There is no such file or folder.", "Check the path."},
	{[]error{fs.ErrPermission}, problem.Unavailable, "file-permission", "Your account is not permitted to use this file or folder.", "Choose another place, or ask its owner."},
	{[]error{fs.ErrExist}, problem.Conflict, "file-exists", "There already is a file of this name.", "Choose another name."},
}

// FileProblem says in words what kept a file from being read or written; path is
// where. An error that already is a problem is returned as it is, nil stays nil,
// and what it does not know is wrapped.
func FileProblem(err error, path string) error {
	var known *problem.Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	for _, f := range faults {
		for _, target := range f.errs {
			if errors.Is(err, target) {
				return problem.New(f.kind, f.code, f.message).At(path).Try(f.hint).Because(err)
			}
		}
	}
	return fmt.Errorf("use %s: %w", filepath.Base(path), err)
}

// DBProblem says in words what kept a database from being used; place is its
// file, or what it holds. It treats other errors as FileProblem does.
func DBProblem(err error, place string) error {
	var known *problem.Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	var said *sqlite.Error
	if !errors.As(err, &said) {
		return FileProblem(err, place)
	}
	p := sqliteProblem(said.Code())
	if p == nil {
		return fmt.Errorf("use database %s: %w", filepath.Base(place), err)
	}
	return p.At(place).Because(err)
}

// sqliteProblem words SQLite's result codes, https://sqlite.org/rescode.html.
func sqliteProblem(code int) *problem.Problem {
	switch code {
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the shared index could not grow: in practice, no space
		return like("disk-full")
	case authenticationFailed:
		return unauthentic()
	case sqlite3.SQLITE_READONLY_DBMOVED:
		return problem.New(problem.Unavailable, "database-moved", "The database was moved or removed while it was open.").
			Try("Close Vitrine, put the folder back and open it again.")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return like("disk-full")
	case sqlite3.SQLITE_READONLY:
		return like("disk-read-only")
	case sqlite3.SQLITE_PERM:
		return like("file-permission")
	case sqlite3.SQLITE_IOERR:
		return like("disk-fault")
	case sqlite3.SQLITE_CORRUPT:
		return problem.New(problem.Unavailable, "database-damaged", "The database is damaged.").Try(restore)
	case sqlite3.SQLITE_NOTADB:
		return problem.New(problem.Unavailable, "database-damaged", "This file is not a database that Vitrine can read.").Try(restore)
	case sqlite3.SQLITE_CANTOPEN:
		return problem.New(problem.Unavailable, "database-unreadable", "The database cannot be opened.").
			Try("Check that the folder is there and that your account may write in it.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return problem.New(problem.Unavailable, "database-busy", "The database is busy with something else.").Try("Try again in a moment.")
	}
	return nil
}

const restore = "Put it back from a backup, or bring the data in again."

// like is the problem that the list above gives for a code.
func like(code string) *problem.Problem {
	for _, f := range faults {
		if f.code == code {
			return problem.New(f.kind, f.code, f.message).Try(f.hint)
		}
	}
	panic("vault: no fault " + code)
}

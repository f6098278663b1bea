package encfs

import sqlite3 "modernc.org/sqlite/lib"

// change is something about to be done to a file on disk. Tests watch changes to
// replay them as a power cut would leave them, to refuse one as a full disk
// would, and to die before one.
type change struct {
	op   string // "write", "truncate", "sync", "delete"
	name string // empty for a temporary file
	off  int64  // of a write; the size of a truncation; whether a deletion syncs the folder
	data []byte // of a write, good until the call returns
}

// watched asks the tests. A code other than SQLITE_OK is what the disk says instead.
func (fs *FS) watched(c change) int32 {
	if fs.watch == nil {
		return sqlite3.SQLITE_OK
	}
	return fs.watch(c)
}

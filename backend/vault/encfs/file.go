package encfs

import (
	"crypto/rand"
	"errors"
	"sync"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// layout is how one kind of file is laid out on disk. Offsets and sizes are
// SQLite's; the result is a SQLite code.
type layout interface {
	read(tls *libc.TLS, to []byte, off int64) int32
	write(tls *libc.TLS, from []byte, off int64) int32
	truncate(tls *libc.TLS, size int64) int32
	size(tls *libc.TLS) (int64, int32)
}

// file is one open file. SQLite uses it from one thread at a time, except for
// helper threads of a sort, which is why there is a lock.
type file struct {
	mu     sync.Mutex
	fs     *FS
	path   string // of a database; empty for other files
	disk   disk
	layout layout
}

// disk is the file below and a C buffer through which sealed bytes pass.
type disk struct {
	below
	fs      *FS
	name    string // empty for a temporary file
	scratch uintptr
	length  int
}

// buf is the first n bytes of the buffer, which grows as needed.
func (d *disk) buf(tls *libc.TLS, n int) ([]byte, int32) {
	if n > d.length {
		p := libc.Xrealloc(tls, d.scratch, types.Size_t(n))
		if p == 0 {
			return nil, sqlite3.SQLITE_NOMEM
		}
		d.scratch, d.length = p, n
	}
	return bytesAt(d.scratch, n), sqlite3.SQLITE_OK
}

// load reads n sealed bytes into the buffer. A short read leaves zeros and says
// SQLITE_IOERR_SHORT_READ.
func (d *disk) load(tls *libc.TLS, n int, off int64) ([]byte, int32) {
	b, rc := d.buf(tls, n)
	if rc == sqlite3.SQLITE_OK {
		rc = d.below.read(tls, d.scratch, n, off)
	}
	return b, rc
}

// store writes the first n bytes of the buffer.
func (d *disk) store(tls *libc.TLS, n int, off int64) int32 {
	if rc := d.fs.watched(change{op: "write", name: d.name, off: off, data: bytesAt(d.scratch, n)}); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return d.below.write(tls, d.scratch, n, off)
}

// cut shortens the file.
func (d *disk) cut(tls *libc.TLS, size int64) int32 {
	if rc := d.fs.watched(change{op: "truncate", name: d.name, off: size}); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return d.below.truncate(tls, size)
}

// damaged is the code for bytes that do not authenticate.
func (d *disk) damaged(err error) int32 { return d.fs.refuse(err, sqlite3.SQLITE_IOERR_DATA) }

// unsealed is the code for bytes that could not be sealed.
func (d *disk) unsealed(err error) int32 { return d.fs.refuse(err, sqlite3.SQLITE_IOERR_WRITE) }

const typeFlags = sqlite3.SQLITE_OPEN_MAIN_DB | sqlite3.SQLITE_OPEN_TEMP_DB | sqlite3.SQLITE_OPEN_TRANSIENT_DB |
	sqlite3.SQLITE_OPEN_MAIN_JOURNAL | sqlite3.SQLITE_OPEN_TEMP_JOURNAL | sqlite3.SQLITE_OPEN_SUBJOURNAL |
	sqlite3.SQLITE_OPEN_SUPER_JOURNAL | sqlite3.SQLITE_OPEN_WAL

// errKind says that SQLite asked for a kind of file that is not sealed here.
var errKind = errors.New("this kind of file is refused: a transaction over several databases?")

// openFile opens the file below and puts the layout of its kind over it.
func openFile(tls *libc.TLS, fs *FS, name, to uintptr, flags int32, outFlags uintptr) int32 {
	f := &file{fs: fs}
	f.disk = disk{below: below(to + belowOffset), fs: fs}
	if name != 0 {
		f.disk.name = libc.GoString(name)
	}
	if rc := f.choose(tls, name, flags); rc != sqlite3.SQLITE_OK {
		return rc
	}
	if err := fs.opened(f.path); err != nil {
		return fs.refuse(err, sqlite3.SQLITE_CANTOPEN)
	}
	if rc := fs.openBelow(tls, name, f.disk.below, flags, outFlags); rc != sqlite3.SQLITE_OK {
		if *at[uintptr](uintptr(f.disk.below)) != 0 {
			f.disk.close(tls)
		}
		fs.closed(f.path)
		return rc
	}
	*at[uintptr](to + wordBytes) = files.add(f)
	*at[uintptr](to) = address(&methods)
	return sqlite3.SQLITE_OK
}

func (f *file) choose(tls *libc.TLS, name uintptr, flags int32) int32 {
	switch flags & typeFlags {
	case sqlite3.SQLITE_OPEN_MAIN_DB:
		if name == 0 {
			return f.chooseTemp()
		}
		f.path = libc.GoString(name)
		f.layout = &mainFile{disk: &f.disk, sealer: sealer{fs: f.fs}, path: f.path, page: f.fs.pageSize}
	case sqlite3.SQLITE_OPEN_WAL:
		f.layout = &logFile{disk: &f.disk, sealer: sealer{fs: f.fs}, main: mainOf(tls, name), page: f.fs.pageSize}
	case sqlite3.SQLITE_OPEN_MAIN_JOURNAL:
		f.layout = newJournal(&f.disk, mainOf(tls, name))
	case sqlite3.SQLITE_OPEN_TEMP_DB, sqlite3.SQLITE_OPEN_TRANSIENT_DB,
		sqlite3.SQLITE_OPEN_TEMP_JOURNAL, sqlite3.SQLITE_OPEN_SUBJOURNAL:
		return f.chooseTemp()
	default:
		return f.fs.refuse(errKind, sqlite3.SQLITE_CANTOPEN)
	}
	return sqlite3.SQLITE_OK
}

// chooseTemp gives the file a key that nobody else ever has.
func (f *file) chooseTemp() int32 {
	var key Key
	rand.Read(key[:])
	aead, err := newAEAD(key[:])
	clear(key[:])
	if err != nil {
		return f.fs.refuse(err, sqlite3.SQLITE_CANTOPEN)
	}
	f.layout = newTemp(&f.disk, aead)
	return sqlite3.SQLITE_OK
}

// mainOf is the database that a log or journal belongs to.
func mainOf(tls *libc.TLS, name uintptr) *mainFile {
	p := sqlite3.Xsqlite3_database_file_object(tls, name)
	return files.get(*at[uintptr](p + wordBytes)).layout.(*mainFile)
}

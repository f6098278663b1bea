package encfs

import (
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrClosed says that the FS was closed and its keys are gone.
var ErrClosed = errors.New("the encrypting file system is closed")

// ErrInUse says that databases are still open through an FS.
var ErrInUse = errors.New("files are still open through the encrypting file system")

// Options of an FS.
type Options struct {
	// PageSize of every database of this FS: a power of two, 4096 to 65536. 0 means 16384.
	PageSize int
	// FullSync says that every database of this FS is written with synchronous=FULL
	// or EXTRA. A frame of a log that does not open, though whole transactions
	// follow it, is then damage and not a torn write, and the log is refused instead
	// of ended there. Leave it out to open what can be saved.
	FullSync bool
	// Spent is the last count that KeepCount was told of each key epoch, from the
	// caller's own records; an epoch that is missing has sealed nothing.
	Spent map[uint32]int64
	// KeepCount is told that an epoch may be used for up to this many seals, before
	// it is, and has to keep the larger of the numbers it was told. An error stops
	// the write. It is called while SQLite writes, so it must not use a database
	// of this FS; nil keeps no count.
	KeepCount func(epoch uint32, seals int64) error
}

// FS is a sealing file system under SQLite. Its methods may be called from any goroutine.
type FS struct {
	name     string
	pageSize int
	fullSync bool
	keep     func(uint32, int64) error
	ring     atomic.Pointer[ring] // nil once closed
	failure  atomic.Pointer[error]
	watch    func(change) int32 // what tests put in the way of changes; see change

	handle uintptr // of this FS in the table the callbacks look in
	vfs    uintptr // the sqlite3_vfs, in C memory
	cname  uintptr // its name
	below  uintptr // the operating system's sqlite3_vfs

	sealing sync.Mutex // one call of keep at a time
	mu      sync.Mutex // guards what follows
	open    int        // files that are open
	fresh   map[string]*freshID
}

// freshID is the prefix of a database that has no byte yet: all connections to
// it must draw the same.
type freshID struct {
	users int
	p     prefix
}

// Register makes a file system that SQLite knows by name. A database is opened
// through it with the parameter vfs=name in its file: URI. Nothing in the name
// or the URI is secret. The caller may zero keys afterwards.
func Register(name string, keys KeySet, opt Options) (*FS, error) {
	if opt.PageSize == 0 {
		opt.PageSize = 16384
	}
	if opt.PageSize < 4096 || opt.PageSize > 65536 || bits.OnesCount(uint(opt.PageSize)) != 1 {
		return nil, fmt.Errorf("page size %d is not a power of two from 4096 to 65536", opt.PageSize)
	}
	if !validName(name) {
		return nil, fmt.Errorf("%q cannot name a file system: use lower-case letters, digits and dashes", name)
	}
	r, err := newRing(keys, nil)
	if err != nil {
		return nil, err
	}
	for _, e := range r.epochs {
		e.seals.Store(opt.Spent[e.number])
		e.reserved.Store(opt.Spent[e.number])
	}
	fs := &FS{name: name, pageSize: opt.PageSize, fullSync: opt.FullSync, keep: opt.KeepCount, fresh: map[string]*freshID{}}
	fs.ring.Store(r)
	if err := fs.register(); err != nil {
		return nil, err
	}
	return fs, nil
}

// validName keeps the name from needing escapes in a URI, and from being one of SQLite's own.
func validName(name string) bool {
	if len(name) < 8 || len(name) > 64 {
		return false
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// Name is what vfs= in a database's URI names this FS by.
func (fs *FS) Name() string { return fs.name }

// PageSize is that of every database of this FS.
func (fs *FS) PageSize() int { return fs.pageSize }

// Close takes the FS away from SQLite and drops its keys. It refuses with
// ErrInUse while files are open; closing twice is harmless.
func (fs *FS) Close() error {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.open > 0 {
		return fmt.Errorf("close %s: %d %w", fs.name, fs.open, ErrInUse)
	}
	if fs.ring.Swap(nil) == nil {
		return nil
	}
	fs.unregister()
	return nil
}

// Rotate replaces the keys while databases are in use. The new set holds every
// epoch whose pages are still to be read, with the key it had, and a new current
// one. An epoch may be left out once FS.Rewrite has said that no page has it.
func (fs *FS) Rotate(keys KeySet) error {
	for {
		old := fs.ring.Load()
		if old == nil {
			return ErrClosed
		}
		r, err := newRing(keys, old)
		if err != nil {
			return err
		}
		if fs.ring.CompareAndSwap(old, r) {
			return nil
		}
	}
}

// Seals counts what each key epoch has sealed since it was first used.
func (fs *FS) Seals() map[uint32]int64 {
	counts := map[uint32]int64{}
	if r := fs.ring.Load(); r != nil {
		for _, e := range r.epochs {
			counts[e.number] = e.seals.Load()
		}
	}
	return counts
}

// count takes one seal off an epoch's budget, and tells the caller before a new
// stretch of it is used.
func (fs *FS) count(e *epoch) error {
	n := e.seals.Add(1)
	if n > sealLimit {
		e.seals.Add(-1)
		return fmt.Errorf("key epoch %d: %w", e.number, ErrSealsSpent)
	}
	if fs.keep == nil || n <= e.reserved.Load() {
		return nil
	}
	return fs.reserve(e, n)
}

// reserve tells the caller of the next stretch of seals.
func (fs *FS) reserve(e *epoch, n int64) error {
	fs.sealing.Lock()
	defer fs.sealing.Unlock()
	if n <= e.reserved.Load() {
		return nil
	}
	next := min((n/sealReserve+1)*sealReserve, sealLimit)
	if err := fs.keep(e.number, next); err != nil {
		e.seals.Add(-1)
		return fmt.Errorf("keep the count of seals: %w", err)
	}
	e.reserved.Store(next)
	return nil
}

// Failure is why the FS last refused a read or a write, where SQLite could say
// only "disk I/O error"; nil if it never did.
func (fs *FS) Failure() error {
	if err := fs.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// refuse remembers why and gives SQLite a code.
func (fs *FS) refuse(err error, code int32) int32 {
	fs.failure.Store(&err)
	return code
}

// register puts a sqlite3_vfs before SQLite that calls the functions of vfs.go.
func (fs *FS) register() error {
	tls := libc.NewTLS()
	defer tls.Close()
	sqlite3.Xsqlite3_initialize(tls)
	cname, err := libc.CString(fs.name)
	if err != nil {
		return fmt.Errorf("register %s: %w", fs.name, err)
	}
	if sqlite3.Xsqlite3_vfs_find(tls, cname) != 0 {
		libc.Xfree(tls, cname)
		return fmt.Errorf("register %s: the name is taken", fs.name)
	}
	fs.cname, fs.below = cname, sqlite3.Xsqlite3_vfs_find(tls, 0)
	fs.vfs = libc.Xcalloc(tls, 1, vfsBytes)
	if fs.below == 0 || fs.vfs == 0 {
		libc.Xfree(tls, cname)
		return fmt.Errorf("register %s: SQLite has no file system or no memory", fs.name)
	}
	fs.handle = systems.add(fs)
	fillVFS(at[sqlite3.Tsqlite3_vfs](fs.vfs), at[sqlite3.Tsqlite3_vfs](fs.below), fs)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, fs.vfs, 0); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("register %s: SQLite says %d", fs.name, rc)
	}
	return nil
}

func (fs *FS) unregister() {
	tls := libc.NewTLS()
	defer tls.Close()
	sqlite3.Xsqlite3_vfs_unregister(tls, fs.vfs)
	systems.remove(fs.handle)
	libc.Xfree(tls, fs.vfs)
	libc.Xfree(tls, fs.cname)
}

// freshPrefix is the prefix of a database that is still empty.
func (fs *FS) freshPrefix(path string) prefix {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.fresh[path]
	if f.p == (prefix{}) {
		f.p = newPrefix(fs.pageSize)
	}
	return f.p
}

// opened and closed count files, so that Close knows; path is that of a
// database, or empty for any other file.
func (fs *FS) opened(path string) error {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.ring.Load() == nil {
		return ErrClosed
	}
	fs.open++
	if path == "" {
		return nil
	}
	if fs.fresh[path] == nil {
		fs.fresh[path] = &freshID{}
	}
	fs.fresh[path].users++
	return nil
}

func (fs *FS) closed(path string) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.open--
	if f := fs.fresh[path]; f != nil {
		if f.users--; f.users == 0 {
			delete(fs.fresh, path)
		}
	}
}

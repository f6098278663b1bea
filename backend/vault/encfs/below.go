package encfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// below is an open file of the operating system's VFS, as SQLite's C code would
// call it. Buffers are C memory.
type below uintptr

func (b below) methods() *sqlite3.Tsqlite3_io_methods {
	return at[sqlite3.Tsqlite3_io_methods](*at[uintptr](uintptr(b)))
}

type (
	xClose   = func(*libc.TLS, uintptr) int32
	xIO      = func(*libc.TLS, uintptr, uintptr, int32, int64) int32
	xSize    = func(*libc.TLS, uintptr, int64) int32
	xPointer = func(*libc.TLS, uintptr, uintptr) int32
	xNumber  = func(*libc.TLS, uintptr, int32) int32
	xControl = func(*libc.TLS, uintptr, int32, uintptr) int32
	xShmMap  = func(*libc.TLS, uintptr, int32, int32, int32, uintptr) int32
	xShmLock = func(*libc.TLS, uintptr, int32, int32, int32) int32
	xBarrier = func(*libc.TLS, uintptr)
)

func (b below) close(tls *libc.TLS) int32 {
	return function[xClose](b.methods().FxClose)(tls, uintptr(b))
}

func (b below) read(tls *libc.TLS, buf uintptr, n int, off int64) int32 {
	return function[xIO](b.methods().FxRead)(tls, uintptr(b), buf, int32(n), off)
}

func (b below) write(tls *libc.TLS, buf uintptr, n int, off int64) int32 {
	return function[xIO](b.methods().FxWrite)(tls, uintptr(b), buf, int32(n), off)
}

func (b below) truncate(tls *libc.TLS, size int64) int32 {
	return function[xSize](b.methods().FxTruncate)(tls, uintptr(b), size)
}

func (b below) sync(tls *libc.TLS, flags int32) int32 {
	return function[xNumber](b.methods().FxSync)(tls, uintptr(b), flags)
}

// size is the length of the file in bytes.
func (b below) size(tls *libc.TLS) (int64, int32) {
	p := tls.Alloc(8)
	defer tls.Free(8)
	rc := function[xPointer](b.methods().FxFileSize)(tls, uintptr(b), p)
	return *at[int64](p), rc
}

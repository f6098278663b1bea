package encfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The functions that SQLite calls on the file system itself. All but xOpen go
// straight to the operating system's VFS, which wants itself as first argument.

func fillVFS(to, below *sqlite3.Tsqlite3_vfs, fs *FS) {
	to.FiVersion = 2 // 3 would let system calls be replaced
	to.FszOsFile = int32(belowOffset) + below.FszOsFile
	to.FmxPathname = below.FmxPathname
	to.FzName, to.FpAppData = fs.cname, fs.handle
	to.FxOpen = callback(vfsOpen)
	to.FxDelete = callback(vfsDelete)
	to.FxAccess = callback(vfsAccess)
	to.FxFullPathname = callback(vfsFullPathname)
	to.FxDlOpen = callback(vfsDlOpen)
	to.FxDlError = callback(vfsDlError)
	to.FxDlSym = callback(vfsDlSym)
	to.FxDlClose = callback(vfsDlClose)
	to.FxRandomness = callback(vfsRandomness)
	to.FxSleep = callback(vfsSleep)
	to.FxCurrentTime = callback(vfsCurrentTime)
	to.FxGetLastError = callback(vfsGetLastError)
	to.FxCurrentTimeInt64 = callback(vfsCurrentTimeInt64)
}

func system(vfs uintptr) *FS { return systems.get(at[sqlite3.Tsqlite3_vfs](vfs).FpAppData) }

// under is the VFS below and its functions.
func under(vfs uintptr) (uintptr, *sqlite3.Tsqlite3_vfs) {
	p := system(vfs).below
	return p, at[sqlite3.Tsqlite3_vfs](p)
}

func vfsOpen(tls *libc.TLS, vfs, name, to uintptr, flags int32, outFlags uintptr) int32 {
	*at[uintptr](to) = 0 // SQLite closes a file whose methods are set, also if opening failed
	return openFile(tls, system(vfs), name, to, flags, outFlags)
}

type (
	xOpen     = func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	xDelete   = func(*libc.TLS, uintptr, uintptr, int32) int32
	xAccess   = func(*libc.TLS, uintptr, uintptr, int32, uintptr) int32
	xPathname = func(*libc.TLS, uintptr, uintptr, int32, uintptr) int32

	xBytes     = func(*libc.TLS, uintptr, int32, uintptr) int32
	xVFSNumber = func(*libc.TLS, uintptr, int32) int32
	xTime      = func(*libc.TLS, uintptr, uintptr) int32
)

func (fs *FS) openBelow(tls *libc.TLS, name uintptr, to below, flags int32, outFlags uintptr) int32 {
	return function[xOpen](at[sqlite3.Tsqlite3_vfs](fs.below).FxOpen)(tls, fs.below, name, uintptr(to), flags, outFlags)
}

func vfsDelete(tls *libc.TLS, vfs, name uintptr, syncDir int32) int32 {
	p, v := under(vfs)
	if rc := system(vfs).watched(change{op: "delete", name: libc.GoString(name), off: int64(syncDir)}); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[xDelete](v.FxDelete)(tls, p, name, syncDir)
}

func vfsAccess(tls *libc.TLS, vfs, name uintptr, flags int32, result uintptr) int32 {
	p, v := under(vfs)
	return function[xAccess](v.FxAccess)(tls, p, name, flags, result)
}

func vfsFullPathname(tls *libc.TLS, vfs, name uintptr, n int32, to uintptr) int32 {
	p, v := under(vfs)
	return function[xPathname](v.FxFullPathname)(tls, p, name, n, to)
}

// Loading native code into a process that holds keys is refused.
func vfsDlOpen(*libc.TLS, uintptr, uintptr) uintptr { return 0 }

func vfsDlError(_ *libc.TLS, _ uintptr, n int32, to uintptr) {
	if n > 0 {
		b := bytesAt(to, int(n))
		b[copy(b[:n-1], "extensions are not loaded here")] = 0
	}
}

func vfsDlSym(*libc.TLS, uintptr, uintptr, uintptr) uintptr { return 0 }

func vfsDlClose(*libc.TLS, uintptr, uintptr) {}

func vfsRandomness(tls *libc.TLS, vfs uintptr, n int32, to uintptr) int32 {
	p, v := under(vfs)
	return function[xBytes](v.FxRandomness)(tls, p, n, to)
}

func vfsSleep(tls *libc.TLS, vfs uintptr, microseconds int32) int32 {
	p, v := under(vfs)
	return function[xVFSNumber](v.FxSleep)(tls, p, microseconds)
}

func vfsCurrentTime(tls *libc.TLS, vfs, to uintptr) int32 {
	p, v := under(vfs)
	return function[xTime](v.FxCurrentTime)(tls, p, to)
}

func vfsCurrentTimeInt64(tls *libc.TLS, vfs, to uintptr) int32 {
	p, v := under(vfs)
	return function[xTime](v.FxCurrentTimeInt64)(tls, p, to)
}

func vfsGetLastError(tls *libc.TLS, vfs uintptr, n int32, to uintptr) int32 {
	p, v := under(vfs)
	return function[xBytes](v.FxGetLastError)(tls, p, n, to)
}

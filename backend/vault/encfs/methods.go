package encfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The functions that SQLite calls on an open file. Locks and shared memory go to
// the file below; the content goes through the file's layout.

// methods has version 2, which keeps SQLite from mapping files into memory.
var methods = sqlite3.Tsqlite3_io_methods{
	FiVersion:               2,
	FxClose:                 callback(fileClose),
	FxRead:                  callback(fileRead),
	FxWrite:                 callback(fileWrite),
	FxTruncate:              callback(fileTruncate),
	FxSync:                  callback(fileSync),
	FxFileSize:              callback(fileSize),
	FxLock:                  callback(fileLock),
	FxUnlock:                callback(fileUnlock),
	FxCheckReservedLock:     callback(fileCheckReservedLock),
	FxFileControl:           callback(fileControl),
	FxSectorSize:            callback(fileSectorSize),
	FxDeviceCharacteristics: callback(fileDeviceCharacteristics),
	FxShmMap:                callback(fileShmMap),
	FxShmLock:               callback(fileShmLock),
	FxShmBarrier:            callback(fileShmBarrier),
	FxShmUnmap:              callback(fileShmUnmap),
}

func opened(p uintptr) *file { return files.get(*at[uintptr](p + wordBytes)) }

func underFile(p uintptr) below { return below(p + belowOffset) }

func fileClose(tls *libc.TLS, p uintptr) int32 {
	f := opened(p)
	rc := f.disk.close(tls)
	if f.disk.scratch != 0 {
		libc.Xfree(tls, f.disk.scratch)
	}
	files.remove(*at[uintptr](p + wordBytes))
	f.fs.closed(f.path)
	*at[uintptr](p) = 0
	return rc
}

func fileRead(tls *libc.TLS, p, to uintptr, n int32, off int64) int32 {
	f := opened(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.layout.read(tls, bytesAt(to, int(n)), off)
}

func fileWrite(tls *libc.TLS, p, from uintptr, n int32, off int64) int32 {
	f := opened(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.layout.write(tls, bytesAt(from, int(n)), off)
}

func fileTruncate(tls *libc.TLS, p uintptr, size int64) int32 {
	f := opened(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.layout.truncate(tls, size)
}

func fileSize(tls *libc.TLS, p, to uintptr) int32 {
	f := opened(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	size, rc := f.layout.size(tls)
	*at[int64](to) = size
	return rc
}

func fileSync(tls *libc.TLS, p uintptr, flags int32) int32 {
	f := opened(p)
	if rc := f.fs.watched(change{op: "sync", name: f.disk.name}); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return f.disk.sync(tls, flags)
}

func fileLock(tls *libc.TLS, p uintptr, level int32) int32 {
	b := underFile(p)
	return function[xNumber](b.methods().FxLock)(tls, uintptr(b), level)
}

func fileUnlock(tls *libc.TLS, p uintptr, level int32) int32 {
	b := underFile(p)
	return function[xNumber](b.methods().FxUnlock)(tls, uintptr(b), level)
}

func fileCheckReservedLock(tls *libc.TLS, p, to uintptr) int32 {
	b := underFile(p)
	return function[xPointer](b.methods().FxCheckReservedLock)(tls, uintptr(b), to)
}

// fileControl keeps back what would change the file below behind our back:
// sizes that are not ours, mapping, and writes promised to be atomic.
func fileControl(tls *libc.TLS, p uintptr, op int32, arg uintptr) int32 {
	switch op {
	case sqlite3.SQLITE_FCNTL_SIZE_HINT, sqlite3.SQLITE_FCNTL_CHUNK_SIZE, sqlite3.SQLITE_FCNTL_MMAP_SIZE,
		sqlite3.SQLITE_FCNTL_BEGIN_ATOMIC_WRITE, sqlite3.SQLITE_FCNTL_COMMIT_ATOMIC_WRITE,
		sqlite3.SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE, sqlite3.SQLITE_FCNTL_SET_LOCKPROXYFILE:
		return sqlite3.SQLITE_NOTFOUND
	}
	b := underFile(p)
	return function[xControl](b.methods().FxFileControl)(tls, uintptr(b), op, arg)
}

func fileSectorSize(tls *libc.TLS, p uintptr) int32 {
	b := underFile(p)
	return function[xClose](b.methods().FxSectorSize)(tls, uintptr(b))
}

// fileDeviceCharacteristics promises POWERSAFE_OVERWRITE always, which journals
// and logs are laid out for, and never an atomic write, which sealing breaks.
func fileDeviceCharacteristics(tls *libc.TLS, p uintptr) int32 {
	b := underFile(p)
	found := function[xClose](b.methods().FxDeviceCharacteristics)(tls, uintptr(b))
	const kept = sqlite3.SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN | sqlite3.SQLITE_IOCAP_IMMUTABLE
	return found&kept | sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE | sqlite3.SQLITE_IOCAP_SUBPAGE_READ
}

func fileShmMap(tls *libc.TLS, p uintptr, region, size, extend int32, to uintptr) int32 {
	b := underFile(p)
	return function[xShmMap](b.methods().FxShmMap)(tls, uintptr(b), region, size, extend, to)
}

func fileShmLock(tls *libc.TLS, p uintptr, offset, n, flags int32) int32 {
	b := underFile(p)
	return function[xShmLock](b.methods().FxShmLock)(tls, uintptr(b), offset, n, flags)
}

func fileShmBarrier(tls *libc.TLS, p uintptr) {
	b := underFile(p)
	function[xBarrier](b.methods().FxShmBarrier)(tls, uintptr(b))
}

func fileShmUnmap(tls *libc.TLS, p uintptr, remove int32) int32 {
	b := underFile(p)
	return function[xNumber](b.methods().FxShmUnmap)(tls, uintptr(b), remove)
}

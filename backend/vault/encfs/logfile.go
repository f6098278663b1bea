package encfs

import (
	"bytes"
	"fmt"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// logFile is a write-ahead log: a sealed header, then one slot for each frame.
type logFile struct {
	disk   *disk
	sealer sealer
	main   *mainFile
	page   int
	p      prefix  // zero until known
	salts  [8]byte // of the log's header, when last seen

	// lo to hi are slots this handle has written, so that SQLite may rewrite one of
	// their headers alone. Any other header is the first half of a new frame, and
	// waits in held for its page.
	lo, hi int64 // empty when lo == hi
	held   int64 // slot, plus 1
	header [frameHeaderLen]byte
	frame  []byte // one frame, header and page
}

const (
	logHeaderLen   = 32
	frameHeaderLen = 24
	logBegin       = prefixLen + logHeaderLen + overhead // where slot 0 is on disk
)

func (l *logFile) frameLen() int { return frameHeaderLen + l.page }
func (l *logFile) slotLen() int  { return l.frameLen() + overhead }

// slot is where SQLite's offset lies: which frame, and where in it.
func (l *logFile) slot(off int64) (n int64, in int) {
	off -= logHeaderLen
	return off / int64(l.frameLen()), int(off % int64(l.frameLen()))
}

func (l *logFile) place(n int64) int64 { return logBegin + n*int64(l.slotLen()) }

func (l *logFile) wrote(n int64) bool { return n >= l.lo && n < l.hi }

func (l *logFile) buffer() []byte {
	if l.frame == nil {
		l.frame = make([]byte, l.frameLen())
	}
	return l.frame
}

func (l *logFile) read(tls *libc.TLS, to []byte, off int64) int32 {
	if off+int64(len(to)) <= logHeaderLen {
		return l.readHeader(tls, to, int(off))
	}
	n, in := l.slot(off)
	if off < logHeaderLen || in+len(to) > l.frameLen() {
		return l.disk.fs.refuse(errShape, sqlite3.SQLITE_IOERR_READ)
	}
	frame, rc := l.get(tls, n)
	if rc == sqlite3.SQLITE_IOERR_DATA && len(to) == l.frameLen() && !l.wrote(n) {
		clear(to) // SQLite is recovering: this is the end of the log
		return l.mayEnd(tls, n)
	}
	if rc == sqlite3.SQLITE_OK && in == frameHeaderLen && !l.ofThisLog(tls, frame) {
		rc = l.disk.damaged(fmt.Errorf("log frame %d is of an earlier log: %w", n, ErrSeal))
	}
	if rc != sqlite3.SQLITE_OK {
		clear(to)
		return rc
	}
	copy(to, frame[in:])
	return sqlite3.SQLITE_OK
}

// readHeader gives a part of the log's header. A log without one reads as zeros;
// one that does not open is an error, for SQLite would take zeros for an empty
// log and throw it away.
func (l *logFile) readHeader(tls *libc.TLS, to []byte, in int) int32 {
	clear(to)
	var plain [logHeaderLen]byte
	rc := l.loadHeader(tls, &plain)
	copy(to, plain[in:])
	return rc
}

func (l *logFile) loadHeader(tls *libc.TLS, plain *[logHeaderLen]byte) int32 {
	sealed, rc := l.disk.load(tls, logBegin, 0)
	if rc == sqlite3.SQLITE_IOERR_SHORT_READ || rc == sqlite3.SQLITE_OK && allZero(sealed) {
		return rc
	}
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	p, _, err := parsePrefix(sealed)
	if err == nil && !l.main.owns(tls, p) {
		err = fmt.Errorf("of another database: %w", ErrSeal)
	}
	if err == nil {
		err = l.sealer.open(plain[:], sealed[prefixLen:], logHeader, 0, p)
	}
	if err != nil {
		return l.disk.damaged(fmt.Errorf("log header: %w", err))
	}
	l.p = p
	copy(l.salts[:], plain[16:])
	return sqlite3.SQLITE_OK
}

// ofThisLog compares a frame's salts with the header's, which another connection
// may have written anew since we looked.
func (l *logFile) ofThisLog(tls *libc.TLS, frame []byte) bool {
	salts := frame[8:16]
	if bytes.Equal(salts, l.salts[:]) || allZero(salts) {
		return true
	}
	var plain [logHeaderLen]byte
	return l.loadHeader(tls, &plain) == sqlite3.SQLITE_OK && bytes.Equal(salts, l.salts[:])
}

// get opens a slot into the frame buffer.
func (l *logFile) get(tls *libc.TLS, n int64) ([]byte, int32) {
	if l.p == (prefix{}) {
		var plain [logHeaderLen]byte
		if rc := l.loadHeader(tls, &plain); rc != sqlite3.SQLITE_OK {
			return nil, rc
		}
	}
	sealed, rc := l.disk.load(tls, l.slotLen(), l.place(n))
	if rc != sqlite3.SQLITE_OK {
		return nil, rc
	}
	frame := l.buffer()
	if err := l.sealer.open(frame, sealed, logFrame, uint64(n), l.p); err != nil {
		return nil, l.disk.damaged(fmt.Errorf("log frame %d: %w", n, err))
	}
	return frame, sqlite3.SQLITE_OK
}

func (l *logFile) write(tls *libc.TLS, from []byte, off int64) int32 {
	if off == 0 && len(from) == logHeaderLen {
		return l.writeHeader(tls, from)
	}
	n, in := l.slot(off)
	if off < logHeaderLen || in+len(from) > l.frameLen() {
		return l.disk.unsealed(errShape)
	}
	if in == 0 && len(from) == frameHeaderLen && !l.wrote(n) {
		l.held = n + 1
		copy(l.header[:], from)
		return sqlite3.SQLITE_OK
	}
	if in == frameHeaderLen && len(from) == l.page && l.held == n+1 {
		copy(l.buffer(), l.header[:])
	} else if rc := l.getForChange(tls, n); rc != sqlite3.SQLITE_OK {
		return rc
	}
	l.held = 0
	copy(l.frame[in:], from)
	return l.put(tls, n)
}

// getForChange opens a slot of which a part is about to be overwritten. What
// others left there, or nobody, counts as zeros; what we wrote has to be there.
func (l *logFile) getForChange(tls *libc.TLS, n int64) int32 {
	_, rc := l.get(tls, n)
	if rc == sqlite3.SQLITE_IOERR_SHORT_READ {
		l.lo, l.hi = 0, 0 // another connection has cut the log since
	}
	if rc == sqlite3.SQLITE_OK || l.wrote(n) {
		return rc
	}
	if rc == sqlite3.SQLITE_IOERR_DATA || rc == sqlite3.SQLITE_IOERR_SHORT_READ {
		clear(l.buffer())
		return sqlite3.SQLITE_OK
	}
	return rc
}

// writeHeader begins a log.
func (l *logFile) writeHeader(tls *libc.TLS, from []byte) int32 {
	p, err := l.main.identity(tls)
	if err != nil {
		return l.disk.unsealed(err)
	}
	to, rc := l.disk.buf(tls, logBegin)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	copy(to, p[:])
	if err := l.sealer.seal(to[prefixLen:], from, logHeader, 0, p); err != nil {
		return l.disk.unsealed(fmt.Errorf("log header: %w", err))
	}
	l.p, l.lo, l.hi, l.held = p, 0, 0, 0
	copy(l.salts[:], from[16:])
	return l.disk.store(tls, logBegin, 0)
}

// put seals the frame buffer into a slot.
func (l *logFile) put(tls *libc.TLS, n int64) int32 {
	if l.p == (prefix{}) {
		var plain [logHeaderLen]byte
		if rc := l.loadHeader(tls, &plain); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	to, rc := l.disk.buf(tls, l.slotLen())
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	if err := l.sealer.seal(to, l.frame, logFrame, uint64(n), l.p); err != nil {
		return l.disk.unsealed(fmt.Errorf("log frame %d: %w", n, err))
	}
	if l.lo == l.hi {
		l.lo, l.hi = n, n+1
	}
	l.lo, l.hi = min(l.lo, n), max(l.hi, n+1)
	return l.disk.store(tls, l.slotLen(), l.place(n))
}

// truncate keeps the frames that are whole before size.
func (l *logFile) truncate(tls *libc.TLS, size int64) int32 {
	l.held = 0
	if size < logHeaderLen {
		return l.disk.cut(tls, 0)
	}
	n, _ := l.slot(size)
	return l.disk.cut(tls, l.place(n))
}

// size counts whole slots; a part of one is a torn write.
func (l *logFile) size(tls *libc.TLS) (int64, int32) {
	size, rc := l.disk.below.size(tls)
	if rc != sqlite3.SQLITE_OK || size < logBegin {
		return 0, rc
	}
	return logHeaderLen + (size-logBegin)/int64(l.slotLen())*int64(l.frameLen()), rc
}

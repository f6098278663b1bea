package encfs

import (
	"encoding/binary"
	"errors"
	"fmt"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// mainFile is a database file: a page stays as long as it is, so offsets are the same on disk.
type mainFile struct {
	disk   *disk
	sealer sealer
	path   string
	page   int
	p      prefix // zero until known
	plain  []byte // one page, for reads of a part of it
}

// ErrPageSize says that a database was made with another page size than its FS has.
var ErrPageSize = errors.New("the database has another page size")

// errShape says that SQLite asked for something that pages cannot do.
var errShape = errors.New("read or write across pages")

const (
	headerLen = 100     // what SQLite reads first of all, before any lock
	lockByte  = 1 << 30 // SQLite locks from here and never writes the page around it
)

// read opens the page and gives the part of it that was asked for.
func (m *mainFile) read(tls *libc.TLS, to []byte, off int64) int32 {
	number, in := off/int64(m.page)+1, int(off%int64(m.page))
	if in+len(to) > m.page {
		return m.disk.fs.refuse(errShape, sqlite3.SQLITE_IOERR_READ)
	}
	rc := m.readPart(tls, to, uint64(number), in)
	first := off == 0 && len(to) == headerLen
	if first && (rc == sqlite3.SQLITE_IOERR_SHORT_READ || rc == sqlite3.SQLITE_IOERR_DATA || rc == sqlite3.SQLITE_OK && allZero(to)) {
		m.header(to)
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return rc
}

func (m *mainFile) readPart(tls *libc.TLS, to []byte, number uint64, in int) int32 {
	sealed, rc := m.disk.load(tls, m.page, int64(number-1)*int64(m.page))
	if rc == sqlite3.SQLITE_IOERR_SHORT_READ {
		return m.short(tls, to, number)
	}
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	whole := in == 0 && len(to) >= m.page-overhead
	page := to
	if !whole {
		if m.plain == nil {
			m.plain = make([]byte, m.page)
		}
		page = m.plain
	}
	if err := m.open(tls, page, sealed, number); err != nil {
		clear(to)
		return m.disk.damaged(fmt.Errorf("page %d: %w", number, err))
	}
	if !whole {
		copy(to, page[in:])
	}
	return sqlite3.SQLITE_OK
}

// short answers a read beyond the end, which SQLite takes for zeros. A page of
// which only a part is there was cut and is not taken for anything.
func (m *mainFile) short(tls *libc.TLS, to []byte, number uint64) int32 {
	clear(to)
	size, rc := m.disk.below.size(tls)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	if int64(number-1)*int64(m.page) < size {
		return m.disk.damaged(fmt.Errorf("page %d is cut: %w", number, ErrSeal))
	}
	return sqlite3.SQLITE_IOERR_SHORT_READ
}

// header is what SQLite learns of a database that is empty, or whose first page
// does not open: the page size and how much of a page is ours. The second case
// lets it go on to recover the page from a log or journal; if there is none, its
// next read of page 1 fails.
func (m *mainFile) header(to []byte) {
	clear(to)
	copy(to, sqliteMagic)
	binary.BigEndian.PutUint16(to[16:], uint16(m.page|m.page>>16)) // 65536 is written as 1
	to[18], to[19], to[20] = 1, 1, overhead
	to[21], to[22], to[23] = 64, 32, 32
}

func (m *mainFile) open(tls *libc.TLS, page, sealed []byte, number uint64) error {
	if number == 1 {
		if err := m.learn(sealed); err != nil {
			return err
		}
		return m.sealer.openPage(page, sealed, 1, m.p)
	}
	if m.p == (prefix{}) {
		if err := m.reload(tls); err != nil {
			return err
		}
	}
	err := m.sealer.openPage(page, sealed, number, m.p)
	if err == nil {
		return nil
	}
	was := m.p
	if m.reload(tls) != nil || m.p == was { // another connection may have made the file anew
		return err
	}
	return m.sealer.openPage(page, sealed, number, m.p)
}

// learn takes the prefix from the beginning of the file.
func (m *mainFile) learn(begin []byte) error {
	p, pageSize, err := parsePrefix(begin)
	if err != nil {
		return err
	}
	if pageSize != m.page {
		return fmt.Errorf("%d bytes: %w", pageSize, ErrPageSize)
	}
	m.p = p
	return nil
}

func (m *mainFile) reload(tls *libc.TLS) error {
	begin, err := m.begin(tls)
	if err != nil {
		return err
	}
	return m.learn(begin[:])
}

// begin reads the first bytes of the file; those that are not there are zero.
func (m *mainFile) begin(tls *libc.TLS) (b prefix, err error) {
	p := tls.Alloc(prefixLen)
	defer tls.Free(prefixLen)
	rc := m.disk.below.read(tls, p, prefixLen, 0)
	if rc != sqlite3.SQLITE_OK && rc != sqlite3.SQLITE_IOERR_SHORT_READ {
		return b, fmt.Errorf("read the beginning of the file: SQLite says %d", rc)
	}
	copy(b[:], bytesAt(p, prefixLen))
	return b, nil
}

// identity is the prefix to seal with: that of the file, or a fresh one where
// nothing has been written yet.
func (m *mainFile) identity(tls *libc.TLS) (prefix, error) {
	begin, err := m.begin(tls)
	if err != nil {
		return prefix{}, err
	}
	if begin == (prefix{}) {
		m.p = m.disk.fs.freshPrefix(m.path)
		return m.p, nil
	}
	return m.p, m.learn(begin[:])
}

// owns reports whether a log or journal with this prefix is the database's. An
// empty database, or one whose beginning was torn, cannot say no.
func (m *mainFile) owns(tls *libc.TLS, p prefix) bool {
	begin, err := m.begin(tls)
	if err != nil {
		return false
	}
	found, _, err := parsePrefix(begin[:])
	return err != nil || found == p
}

// write seals a page, and first fills what lies between it and the end.
func (m *mainFile) write(tls *libc.TLS, from []byte, off int64) int32 {
	page := int64(m.page)
	if len(from) != m.page || off%page != 0 {
		return m.disk.unsealed(errShape)
	}
	if !allZero(from[m.page-overhead:]) {
		return m.disk.unsealed(fmt.Errorf("page %d uses the bytes kept for its seal", off/page+1))
	}
	size, rc := m.disk.below.size(tls)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	if m.p == (prefix{}) || off == 0 || size == 0 {
		if _, err := m.identity(tls); err != nil {
			return m.disk.unsealed(err)
		}
	}
	if off > size {
		if rc := m.fill(tls, size/page*page, off); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	return m.put(tls, from, off)
}

// fill writes sealed zero pages, so that zeros on disk never pass for a page.
func (m *mainFile) fill(tls *libc.TLS, from, to int64) int32 {
	zeros := make([]byte, m.page)
	for off := from; off < to; off += int64(m.page) {
		if off == lockByte {
			continue
		}
		if rc := m.put(tls, zeros, off); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	return sqlite3.SQLITE_OK
}

func (m *mainFile) put(tls *libc.TLS, page []byte, off int64) int32 {
	to, rc := m.disk.buf(tls, m.page)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	number := uint64(off)/uint64(m.page) + 1
	if err := m.sealer.sealPage(to, page, number, m.p); err != nil {
		return m.disk.unsealed(fmt.Errorf("page %d: %w", number, err))
	}
	return m.disk.store(tls, m.page, off)
}

func (m *mainFile) truncate(tls *libc.TLS, size int64) int32 {
	if size%int64(m.page) != 0 {
		return m.disk.fs.refuse(errShape, sqlite3.SQLITE_IOERR_TRUNCATE)
	}
	now, rc := m.disk.below.size(tls)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	if size > now {
		if _, err := m.identity(tls); err != nil {
			return m.disk.unsealed(err)
		}
		return m.fill(tls, now/int64(m.page)*int64(m.page), size)
	}
	return m.disk.cut(tls, size)
}

func (m *mainFile) size(tls *libc.TLS) (int64, int32) { return m.disk.below.size(tls) }

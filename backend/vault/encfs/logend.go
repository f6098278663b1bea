package encfs

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// mayEnd decides whether a log may end before frame n, which does not open.
//
// With synchronous=FULL a transaction is on disk before the next one begins, so a
// power cut tears frames of the last transaction only. Two commits behind the
// frame, joined by SQLite's running checksum, were written one after the other:
// when the second began, the first was synced, and with it everything before it.
// Then the frame was changed by somebody, or by a failing disk.
func (l *logFile) mayEnd(tls *libc.TLS, n int64) int32 {
	if !l.disk.fs.fullSync {
		return sqlite3.SQLITE_OK
	}
	var header [logHeaderLen]byte
	if rc := l.loadHeader(tls, &header); rc != sqlite3.SQLITE_OK {
		return rc
	}
	c := chain{order: binary.LittleEndian}
	if header[3]&1 != 0 {
		c.order = binary.BigEndian
	}
	for k := n + 1; c.commits < 2; k++ {
		frame, rc := l.get(tls, k)
		switch {
		case rc == sqlite3.SQLITE_IOERR_SHORT_READ:
			return sqlite3.SQLITE_OK
		case rc == sqlite3.SQLITE_IOERR_DATA || rc == sqlite3.SQLITE_OK && !bytes.Equal(frame[8:16], l.salts[:]):
			c.joined = false
		case rc != sqlite3.SQLITE_OK:
			return rc
		default:
			c.add(frame)
		}
	}
	return l.disk.damaged(fmt.Errorf("log frame %d, which whole transactions follow: %w", n, ErrSeal))
}

// chain follows frames as long as each carries the checksum that continues the
// one before; see "Checksum Algorithm" in SQLite's description of the log.
type chain struct {
	order   binary.ByteOrder
	joined  bool // sums are those of the frame before
	sums    [2]uint32
	commits int // in the frames that are joined
}

func (c *chain) add(frame []byte) {
	stored := [2]uint32{binary.BigEndian.Uint32(frame[16:]), binary.BigEndian.Uint32(frame[20:])}
	if !c.joined || c.next(frame) != stored {
		c.commits = 0
	}
	c.joined, c.sums = true, stored
	if binary.BigEndian.Uint32(frame[4:]) != 0 { // the size of the database after a commit
		c.commits++
	}
}

// next is what the checksum of a frame has to be, coming after sums.
func (c *chain) next(frame []byte) [2]uint32 {
	s := c.sums
	for _, part := range [][]byte{frame[:8], frame[frameHeaderLen:]} {
		for ; len(part) >= 8; part = part[8:] {
			s[0] += c.order.Uint32(part) + s[1]
			s[1] += c.order.Uint32(part[4:]) + s[0]
		}
	}
	return s
}

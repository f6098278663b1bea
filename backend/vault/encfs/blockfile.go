package encfs

import (
	"crypto/cipher"
	"fmt"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// blockFile is a rollback journal or a temporary file: bytes written anywhere,
// sealed in blocks of one size.
type blockFile struct {
	disk   *disk
	sealer sealer
	kind   kind
	block  int
	base   int64 // where block 0 is on disk
	p      prefix
	main   *mainFile // of a journal
	ready  bool      // the prologue was seen or written
	length int64     // of a temporary file, which nobody else writes
	own    int64     // blocks from 0 that this handle has written

	plain  []byte // one block …
	cached int64  // … which is this one's content, plus 1
}

const (
	journalBlockLen = 512 // SQLite's journal sector under POWERSAFE_OVERWRITE
	tempBlockLen    = 4096
	journalBegin    = prefixLen + overhead
	batch           = 64 << 10 // sealed bytes that go to disk at once
)

func newJournal(d *disk, main *mainFile) *blockFile {
	return &blockFile{
		disk: d, sealer: sealer{fs: d.fs}, kind: journalBlock, main: main,
		block: journalBlockLen, base: journalBegin, plain: make([]byte, journalBlockLen),
	}
}

func newTemp(d *disk, key cipher.AEAD) *blockFile {
	return &blockFile{
		disk: d, sealer: sealer{fs: d.fs, own: key}, kind: tempBlock, ready: true,
		block: tempBlockLen, plain: make([]byte, tempBlockLen),
	}
}

func (b *blockFile) stride() int { return b.block + overhead }

func (b *blockFile) place(n int64) int64 { return b.base + n*int64(b.stride()) }

func (b *blockFile) isJournal() bool { return b.main != nil }

func (b *blockFile) size(tls *libc.TLS) (int64, int32) {
	if !b.isJournal() {
		return b.length, sqlite3.SQLITE_OK
	}
	size, rc := b.disk.below.size(tls)
	return max(0, size-b.base) / int64(b.stride()) * int64(b.block), rc
}

func (b *blockFile) read(tls *libc.TLS, to []byte, off int64) int32 {
	size, rc := b.size(tls)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	if present := max(0, min(int64(len(to)), size-off)); present < int64(len(to)) {
		clear(to[present:])
		if rc := b.readAll(tls, to[:present], off); rc != sqlite3.SQLITE_OK {
			return rc
		}
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return b.readAll(tls, to, off)
}

// readAll reads what is known to lie within the file.
func (b *blockFile) readAll(tls *libc.TLS, to []byte, off int64) int32 {
	if rc := b.prologue(tls); rc != sqlite3.SQLITE_OK {
		return rc
	}
	if !b.ready {
		clear(to)
		return sqlite3.SQLITE_OK
	}
	for len(to) > 0 {
		n, in := off/int64(b.block), int(off%int64(b.block))
		count := min((in+len(to)+b.block-1)/b.block, batch/b.stride())
		done := min(len(to), count*b.block-in)
		if rc := b.readBlocks(tls, to[:done], n, in, count); rc != sqlite3.SQLITE_OK {
			return rc
		}
		to, off = to[done:], off+int64(done)
	}
	return sqlite3.SQLITE_OK
}

func (b *blockFile) readBlocks(tls *libc.TLS, to []byte, n int64, in, count int) int32 {
	sealed, rc := b.disk.load(tls, count*b.stride(), b.place(n))
	if rc != sqlite3.SQLITE_OK && rc != sqlite3.SQLITE_IOERR_SHORT_READ {
		return rc
	}
	for ; count > 0; count-- {
		b.cached = 0
		if rc := b.openBlock(b.plain, sealed[:b.stride()], n); rc != sqlite3.SQLITE_OK {
			return rc
		}
		done := copy(to, b.plain[in:])
		to, sealed, n, in = to[done:], sealed[b.stride():], n+1, 0
	}
	return sqlite3.SQLITE_OK
}

// openBlock opens a block. In a journal one that does not open reads as zeros,
// as a torn write must, unless this handle wrote it.
func (b *blockFile) openBlock(to, sealed []byte, n int64) int32 {
	err := b.sealer.open(to, sealed, b.kind, uint64(n), b.p)
	if err == nil || b.isJournal() && n >= b.own {
		return sqlite3.SQLITE_OK
	}
	return b.disk.damaged(fmt.Errorf("block %d: %w", n, err))
}

// prologue reads the beginning of a journal and proves that we have its key. A
// journal that has none yet is not ready, and reads as zeros.
func (b *blockFile) prologue(tls *libc.TLS) int32 {
	if b.ready {
		return sqlite3.SQLITE_OK
	}
	sealed, rc := b.disk.load(tls, journalBegin, 0)
	if rc == sqlite3.SQLITE_IOERR_SHORT_READ || rc == sqlite3.SQLITE_OK && allZero(sealed) {
		return sqlite3.SQLITE_OK
	}
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	p, _, err := parsePrefix(sealed)
	if err == nil && !b.main.owns(tls, p) {
		err = fmt.Errorf("of another database: %w", ErrSeal)
	}
	if err == nil {
		err = b.sealer.open(nil, sealed[prefixLen:], journalPrologue, 0, p)
	}
	if err != nil {
		return b.disk.damaged(fmt.Errorf("journal prologue: %w", err))
	}
	b.p, b.ready = p, true
	return sqlite3.SQLITE_OK
}

// begin makes sure that a journal that is about to be written has its prologue.
// Another connection may have cut it since, so the disk is asked each time.
func (b *blockFile) begin(tls *libc.TLS) int32 {
	b.ready = false
	if rc := b.prologue(tls); rc != sqlite3.SQLITE_OK || b.ready {
		return rc
	}
	p, err := b.main.identity(tls)
	if err != nil {
		return b.disk.unsealed(err)
	}
	to, rc := b.disk.buf(tls, journalBegin)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	copy(to, p[:])
	if err := b.sealer.seal(to[prefixLen:], nil, journalPrologue, 0, p); err != nil {
		return b.disk.unsealed(fmt.Errorf("journal prologue: %w", err))
	}
	b.p, b.ready = p, true
	return b.disk.store(tls, journalBegin, 0)
}

func (b *blockFile) write(tls *libc.TLS, from []byte, off int64) int32 {
	if b.isJournal() && (!b.ready || off < journalBlockLen) {
		if rc := b.begin(tls); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	size, rc := b.size(tls)
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	end := (size + int64(b.block) - 1) / int64(b.block)
	if first := off / int64(b.block); first > end {
		zeros := make([]byte, b.block)
		for ; end < first; end++ {
			if rc := b.writeBlocks(tls, zeros, end); rc != sqlite3.SQLITE_OK {
				return rc
			}
		}
	}
	if rc := b.writeAll(tls, from, off, end); rc != sqlite3.SQLITE_OK {
		return rc
	}
	b.length = max(b.length, off+int64(len(from)))
	return sqlite3.SQLITE_OK
}

// writeAll seals whole blocks in batches, and changes the first and last where
// only a part of them is written. end is the number of blocks there are.
func (b *blockFile) writeAll(tls *libc.TLS, from []byte, off, end int64) int32 {
	for len(from) > 0 {
		n, in := off/int64(b.block), int(off%int64(b.block))
		done := min(len(from)/b.block, batch/b.stride()) * b.block
		blocks := from[:done]
		if in != 0 || done == 0 {
			if rc := b.getForChange(tls, n, end); rc != sqlite3.SQLITE_OK {
				return rc
			}
			done = copy(b.plain[in:], from)
			b.cached, blocks = n+1, b.plain
		} else {
			b.cached = 0
		}
		if rc := b.writeBlocks(tls, blocks, n); rc != sqlite3.SQLITE_OK {
			return rc
		}
		from, off = from[done:], off+int64(done)
	}
	return sqlite3.SQLITE_OK
}

// getForChange brings a block into plain.
func (b *blockFile) getForChange(tls *libc.TLS, n, end int64) int32 {
	if b.cached == n+1 {
		return sqlite3.SQLITE_OK
	}
	if n >= end {
		clear(b.plain)
		return sqlite3.SQLITE_OK
	}
	b.cached = 0
	sealed, rc := b.disk.load(tls, b.stride(), b.place(n))
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	return b.openBlock(b.plain, sealed, n)
}

// writeBlocks seals whole blocks, no more than a batch, from number n on.
func (b *blockFile) writeBlocks(tls *libc.TLS, blocks []byte, n int64) int32 {
	count := len(blocks) / b.block
	to, rc := b.disk.buf(tls, count*b.stride())
	if rc != sqlite3.SQLITE_OK {
		return rc
	}
	for i := range count {
		plain := blocks[i*b.block : (i+1)*b.block]
		if err := b.sealer.seal(to[i*b.stride():], plain, b.kind, uint64(n+int64(i)), b.p); err != nil {
			return b.disk.unsealed(fmt.Errorf("block %d: %w", n+int64(i), err))
		}
	}
	rc = b.disk.store(tls, count*b.stride(), b.place(n))
	if rc == sqlite3.SQLITE_OK && n <= b.own {
		b.own = max(b.own, n+int64(count))
	}
	return rc
}

func (b *blockFile) truncate(tls *libc.TLS, size int64) int32 {
	blocks := (size + int64(b.block) - 1) / int64(b.block)
	b.own, b.cached = min(b.own, blocks), 0
	if !b.isJournal() {
		return b.truncateTemp(tls, size, blocks)
	}
	if size == 0 {
		b.ready = false
		return b.disk.cut(tls, 0)
	}
	return b.disk.cut(tls, b.place(blocks))
}

// truncateTemp zeroes what is left of the last block, so that the file can grow
// again with zeros.
func (b *blockFile) truncateTemp(tls *libc.TLS, size, blocks int64) int32 {
	if size >= b.length {
		return sqlite3.SQLITE_OK
	}
	if in := size % int64(b.block); in != 0 {
		if rc := b.getForChange(tls, blocks-1, blocks); rc != sqlite3.SQLITE_OK {
			return rc
		}
		clear(b.plain[in:])
		if rc := b.writeBlocks(tls, b.plain, blocks-1); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	b.length = size
	return b.disk.cut(tls, b.place(blocks))
}

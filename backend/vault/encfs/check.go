package encfs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"

	sqlite3 "modernc.org/sqlite/lib"
)

// Finding is one thing that is wrong with a database's files.
type Finding struct {
	File string // "" for the database, "-wal" or "-journal" for the file beside it
	// Number of the page (from 1), log frame (from 0) or journal block (from 0); -1 for the file as a whole.
	Number int64
	What   string
	// Torn: a crash leaves this too, in what was not yet acknowledged. After a
	// clean close it means that somebody changed the file.
	Torn bool
}

// Report is what Check found.
type Report struct {
	Pages    int64            // of the database, free ones included
	Frames   int64            // of the log, those of earlier logs left behind included
	Blocks   int64            // of the rollback journal
	Epochs   map[uint32]int64 // pages of the database by key epoch
	Findings []Finding        // at most 1000
	More     int64            // findings beyond those
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

const findingLimit = 1000

func (r *Report) add(f Finding) {
	if len(r.Findings) == findingLimit {
		r.More++
		return
	}
	r.Findings = append(r.Findings, f)
}

// Check authenticates every page of a database, free ones included, every frame
// of its log and every block of its journal. The database may be in use. What
// Check cannot see, FORMAT.md lists; PRAGMA integrity_check looks at the rest.
// The error is for what kept it from looking: no file, no permission, ctx ended.
func Check(ctx context.Context, path string, keys KeySet) (Report, error) {
	report := Report{Epochs: map[uint32]int64{}}
	r, err := newRing(keys, nil)
	if err != nil {
		return report, err
	}
	c := &checker{ctx: ctx, report: &report, sealer: sealer{fs: &FS{}}}
	c.sealer.fs.ring.Store(r)
	if err := c.database(path); err != nil {
		return report, fmt.Errorf("check: %w", err)
	}
	for _, side := range []struct {
		suffix string
		kind   int32
		look   func(*rawFile) error
	}{
		{"-wal", sqlite3.SQLITE_OPEN_WAL, c.log},
		{"-journal", sqlite3.SQLITE_OPEN_MAIN_JOURNAL, c.journal},
	} {
		if err := c.beside(path+side.suffix, side.kind, side.look); err != nil {
			return report, fmt.Errorf("check %s: %w", side.suffix, err)
		}
	}
	return report, nil
}

type checker struct {
	ctx    context.Context
	report *Report
	sealer sealer
	p      prefix // of the database
	page   int
	plain  []byte
}

// attempts at reading something that SQLite may be writing just then.
const attempts = 3

func (c *checker) database(path string) error {
	f, err := openRaw(path, sqlite3.SQLITE_OPEN_MAIN_DB)
	if err != nil {
		return err
	}
	defer f.close()
	if f.bytes == 0 {
		return nil
	}
	if !c.begin(f) {
		return nil
	}
	c.plain = make([]byte, c.page+frameHeaderLen)
	c.report.Pages = f.bytes / int64(c.page)
	if f.bytes%int64(c.page) != 0 {
		c.report.add(Finding{Number: c.report.Pages + 1, What: "the page is cut", Torn: true})
	}
	for n := int64(1); n <= c.report.Pages; n++ {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if (n-1)*int64(c.page) == lockByte {
			continue
		}
		if err := c.onePage(f, n); err != nil {
			return err
		}
	}
	return nil
}

// begin reads the prefix. Without it nothing else of the file can be opened.
func (c *checker) begin(f *rawFile) bool {
	b, err := f.at(prefixLen, 0)
	if err == nil {
		c.p, c.page, err = parsePrefix(b)
	}
	if err != nil {
		c.report.add(Finding{Number: -1, What: "the file does not begin as a sealed database: " + err.Error()})
	}
	return err == nil
}

func (c *checker) onePage(f *rawFile, n int64) error {
	var wrong error
	for range attempts {
		sealed, err := f.at(c.page, (n-1)*int64(c.page))
		if err != nil {
			return err
		}
		if wrong = c.sealer.openPage(c.plain[:c.page], sealed, uint64(n), c.p); wrong == nil {
			c.report.Epochs[binary.BigEndian.Uint32(sealed[c.page-epochLen:])]++
			break
		}
	}
	if wrong != nil {
		c.report.add(Finding{Number: n, What: wrong.Error()})
	} else if n == 1 {
		c.length()
	}
	return nil
}

// length compares the pages there are with what page 1 says, where SQLite itself
// would believe it: the counters that say so are equal.
func (c *checker) length() {
	want := int64(binary.BigEndian.Uint32(c.plain[28:]))
	if want > c.report.Pages && bytes.Equal(c.plain[24:28], c.plain[92:96]) {
		c.report.add(Finding{Number: -1, What: fmt.Sprintf("the file has %d pages, and its first page says %d", c.report.Pages, want)})
	}
}

// beside looks at a log or journal, if there is one with anything in it.
func (c *checker) beside(path string, kind int32, look func(*rawFile) error) error {
	f, err := openRaw(path, kind)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.close()
	if f.bytes == 0 || c.page == 0 {
		return nil
	}
	return look(f)
}

// log authenticates the header and each slot. Slots with other salts are left
// over from an earlier log.
func (c *checker) log(f *rawFile) error {
	salts, ok, err := c.logHeader(f)
	if err != nil || !ok {
		return err
	}
	slot := c.page + frameHeaderLen + overhead
	c.report.Frames = (f.bytes - logBegin) / int64(slot)
	var bad []Finding // not yet known to be followed by a good frame
	for n := range c.report.Frames {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		frame, wrong, err := c.record(f, slot, logBegin+n*int64(slot), logFrame, n)
		switch {
		case err != nil:
			return err
		case wrong != nil:
			bad = append(bad, Finding{File: "-wal", Number: n, What: wrong.Error(), Torn: true})
		case bytes.Equal(frame[8:16], salts):
			for _, b := range bad {
				b.Torn, b.What = false, b.What+", and frames of the same log follow it"
				c.report.add(b)
			}
			bad = nil
		}
	}
	for _, b := range bad {
		c.report.add(b)
	}
	return nil
}

func (c *checker) logHeader(f *rawFile) (salts []byte, ok bool, err error) {
	sealed, err := f.at(int(min(f.bytes, logBegin)), 0)
	if err != nil || allZero(sealed) {
		return nil, false, err
	}
	var plain [logHeaderLen]byte
	wrong := error(ErrSeal)
	if len(sealed) == logBegin && bytes.Equal(sealed[:prefixLen], c.p[:]) {
		wrong = c.sealer.open(plain[:], sealed[prefixLen:], logHeader, 0, c.p)
	}
	if wrong != nil {
		c.report.add(Finding{File: "-wal", Number: -1, What: "the header: " + wrong.Error(), Torn: len(sealed) < logBegin})
	}
	return plain[16:24], wrong == nil, nil
}

func (c *checker) journal(f *rawFile) error {
	sealed, err := f.at(int(min(f.bytes, journalBegin)), 0)
	if err != nil || allZero(sealed) {
		return err
	}
	wrong := error(ErrSeal)
	if len(sealed) == journalBegin && bytes.Equal(sealed[:prefixLen], c.p[:]) {
		wrong = c.sealer.open(nil, sealed[prefixLen:], journalPrologue, 0, c.p)
	}
	if wrong != nil {
		c.report.add(Finding{File: "-journal", Number: -1, What: "the prologue: " + wrong.Error(), Torn: len(sealed) < journalBegin})
		return nil
	}
	const stride = journalBlockLen + overhead
	c.report.Blocks = (f.bytes - journalBegin) / stride
	for n := range c.report.Blocks {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		_, wrong, err := c.record(f, stride, journalBegin+n*stride, journalBlock, n)
		if err != nil {
			return err
		}
		if wrong != nil {
			c.report.add(Finding{File: "-journal", Number: n, What: wrong.Error(), Torn: true})
		}
	}
	return nil
}

// record opens one slot or block, again if SQLite may be writing it.
func (c *checker) record(f *rawFile, n int, off int64, k kind, index int64) (plain []byte, wrong, err error) {
	for range attempts {
		sealed, err := f.at(n, off)
		if err != nil {
			return nil, nil, err
		}
		plain = c.plain[:n-overhead]
		if wrong = c.sealer.open(plain, sealed, k, uint64(index), c.p); wrong == nil {
			return plain, nil, nil
		}
	}
	return nil, wrong, nil
}

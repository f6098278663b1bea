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
	f, err := openRaw(path, sqlite3.SQLITE_OPEN_MAIN_DB)
	if err != nil {
		return report, fmt.Errorf("check: %w", err)
	}
	defer f.close()
	if err := c.database(f); err != nil {
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
	if err := c.length(f); err != nil {
		return report, fmt.Errorf("check: %w", err)
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

// attempts at reading something that SQLite may be writing just then: at once,
// and again when everything else has been looked at.
const attempts = 3

func (c *checker) database(f *rawFile) error {
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
	suspects, err := c.pages(f)
	for _, n := range suspects {
		if err == nil {
			var wrong error
			if wrong, err = c.onePage(f, n); wrong != nil {
				c.report.add(Finding{Number: n, What: wrong.Error()})
			}
		}
	}
	if errors.Is(err, errShort) {
		return nil // a VACUUM meanwhile: those pages are gone
	}
	return err
}

// pages opens each page and lists those that do not open.
func (c *checker) pages(f *rawFile) (suspects []int64, err error) {
	for n := int64(1); n <= c.report.Pages; n++ {
		if err := c.ctx.Err(); err != nil {
			return nil, err
		}
		if (n-1)*int64(c.page) == lockByte {
			continue
		}
		wrong, err := c.onePage(f, n)
		if errors.Is(err, errShort) {
			c.report.Pages = n - 1
			break
		}
		if err != nil {
			return nil, err
		}
		if wrong != nil {
			suspects = append(suspects, n)
		}
	}
	return suspects, nil
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

func (c *checker) onePage(f *rawFile, n int64) (wrong, err error) {
	for range attempts {
		sealed, err := f.at(c.page, (n-1)*int64(c.page))
		if err != nil {
			return nil, err
		}
		if wrong = c.sealer.openPage(c.plain[:c.page], sealed, uint64(n), c.p); wrong == nil {
			c.report.Epochs[binary.BigEndian.Uint32(sealed[c.page-epochLen:])]++
			return nil, nil
		}
	}
	return wrong, nil
}

// length compares the pages there are with what page 1 says, where SQLite itself
// would believe it: the counters that say so are equal, and no log or journal
// has more to say.
func (c *checker) length(f *rawFile) error {
	if c.page == 0 || c.report.Frames > 0 || c.report.Blocks > 0 {
		return nil
	}
	var want, have int64
	for range attempts {
		sealed, err := f.at(c.page, 0)
		if errors.Is(err, errShort) {
			return nil
		}
		if err != nil {
			return err
		}
		page := c.plain[:c.page]
		if c.sealer.openPage(page, sealed, 1, c.p) != nil {
			return nil // told of already
		}
		size, rc := f.file.size(f.tls)
		if rc != sqlite3.SQLITE_OK {
			return fmt.Errorf("size: SQLite says %d", rc)
		}
		want, have = int64(binary.BigEndian.Uint32(page[28:])), size/int64(c.page)
		if want <= have || !bytes.Equal(page[24:28], page[92:96]) {
			return nil
		}
	}
	c.report.add(Finding{Number: -1, What: fmt.Sprintf("the file has %d pages, and its first page says %d", have, want)})
	return nil
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
	if err := look(f); !errors.Is(err, errShort) {
		return err
	}
	return nil // cut by a checkpoint or a commit meanwhile: nothing left to look at
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
	var bad []int64
	last := int64(-1) // slot with this log's salts
	for n := range c.report.Frames {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		frame, wrong, err := c.record(f, slot, logBegin+n*int64(slot), logFrame, n)
		if err != nil {
			return err
		}
		if wrong != nil {
			bad = append(bad, n)
		} else if bytes.Equal(frame[8:16], salts) {
			last = n
		}
	}
	for _, n := range bad {
		_, wrong, err := c.record(f, slot, logBegin+n*int64(slot), logFrame, n)
		if err != nil {
			return err
		}
		if wrong != nil {
			c.addFrame(n, last, wrong)
		}
	}
	return nil
}

// addFrame tells of a frame that does not open; a torn one is the end of its log.
func (c *checker) addFrame(n, last int64, wrong error) {
	found := Finding{File: "-wal", Number: n, What: wrong.Error(), Torn: n > last}
	if n < last {
		found.What += ", and frames of the same log follow it"
	}
	c.report.add(found)
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

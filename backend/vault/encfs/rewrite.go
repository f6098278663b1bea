package encfs

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// Progress of FS.Rewrite.
type Progress struct {
	Done, Total int64 // pages that have been, and have to be, sealed again
}

// pagesPerStep is how many pages one transaction of Rewrite seals again: other
// writers wait for no more than that.
const pagesPerStep = 64

// Rewrite brings every page of a database to the current key epoch while it is
// in use, in small transactions of its own connection. It may be stopped at any
// point and called again. It returns how many pages and log frames still have
// another epoch: 0 means that older keys can be left out of the KeySet. More than
// 0 without an error means that readers kept the log from being copied back and
// emptied; call again later. It does not look at rollback journals, so a database
// in PERSIST mode, which keeps old ones, is not for rotation. A page that does not open
// ends it with an error.
func (fs *FS) Rewrite(ctx context.Context, path string, report func(Progress)) (left int64, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return 0, fmt.Errorf("rewrite: %w", err)
	}
	db, err := sql.Open("sqlite", fs.maintenance(path))
	if err != nil {
		return 0, fmt.Errorf("rewrite: %w", err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("rewrite: %w", err)
	}
	defer conn.Close()
	// A Guard that the program puts on each connection would deny writing pages.
	if err := conn.Raw(func(c any) error { return authorize(c, nil) }); err != nil {
		return 0, fmt.Errorf("rewrite: %w", err)
	}
	stale, err := fs.stale(path)
	if err != nil {
		return 0, err
	}
	for done := 0; done < len(stale); {
		step := stale[done:min(done+pagesPerStep, len(stale))]
		if err := touch(ctx, conn, step); err != nil {
			return int64(len(stale) - done), fmt.Errorf("rewrite: %w", err)
		}
		done += len(step)
		if report != nil {
			report(Progress{Done: int64(done), Total: int64(len(stale))})
		}
	}
	// Waiting for readers keeps writers out, so it does not wait for long.
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 200; PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return int64(len(stale)), fmt.Errorf("rewrite: %w", err)
	}
	return fs.left(path)
}

// left counts the pages and the log's frames that still have another epoch.
func (fs *FS) left(path string) (int64, error) {
	stale, err := fs.stale(path)
	if err != nil {
		return 0, err
	}
	frames, err := fs.staleLog(path + "-wal")
	return int64(len(stale)) + frames, err
}

// staleLog counts the records of a log, its header included, that another key sealed.
func (fs *FS) staleLog(path string) (count int64, err error) {
	keys := fs.ring.Load()
	f, err := openRaw(path, sqlite3.SQLITE_OPEN_WAL)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if keys == nil || err != nil {
		return 0, errors.Join(ErrClosed, err)
	}
	defer f.close()
	slot := int64(fs.pageSize + frameHeaderLen + overhead)
	for end := int64(logBegin); end <= f.bytes; end += slot {
		b, err := f.at(epochLen, end-epochLen)
		if errors.Is(err, errShort) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("look for old key epochs: %w", err)
		}
		if binary.BigEndian.Uint32(b) != keys.current.number {
			count++
		}
	}
	return count, nil
}

// maintenance is the URI of a connection that may write pages.
func (fs *FS) maintenance(path string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… on Windows
	}
	return "file://" + (&url.URL{Path: slashed}).EscapedPath() +
		"?mode=rw&vfs=" + fs.name + "&_txlock=immediate&_busy_timeout=10000" +
		"&_pragma=synchronous(FULL)&_pragma=fullfsync(1)&_pragma=temp_store(MEMORY)"
}

// touch writes pages as they are, so that they are sealed with the current key.
func touch(ctx context.Context, conn *sql.Conn, pages []int64) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, n := range pages {
		if _, err := tx.ExecContext(ctx, "UPDATE sqlite_dbpage SET data = data WHERE pgno = ?", n); err != nil {
			return fmt.Errorf("page %d: %w", n, err)
		}
	}
	return tx.Commit()
}

// stale lists the pages of a database file whose epoch is not the current one.
func (fs *FS) stale(path string) ([]int64, error) {
	keys := fs.ring.Load()
	if keys == nil {
		return nil, ErrClosed
	}
	f, err := openRaw(path, sqlite3.SQLITE_OPEN_MAIN_DB)
	if err != nil {
		return nil, fmt.Errorf("look for old key epochs: %w", err)
	}
	defer f.close()
	var list []int64
	for n := range f.bytes / int64(fs.pageSize) {
		off := n * int64(fs.pageSize)
		if off == lockByte {
			continue
		}
		b, err := f.at(epochLen, off+int64(fs.pageSize-epochLen))
		if errors.Is(err, errShort) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("look for old key epochs: %w", err)
		}
		if binary.BigEndian.Uint32(b) != keys.current.number {
			list = append(list, n+1)
		}
	}
	return list, nil
}

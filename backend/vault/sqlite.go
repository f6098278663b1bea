package vault

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The driver applies _pragma settings in alphabetical order and _journal_mode
// after them. page_size counts only before anything is written, so nothing that
// writes (journal_mode, application_id) may be a _pragma here.

// coreSettings: a committed transaction survives a power cut; the schema of the
// file cannot make SQLite run anything; sorting never spills to a file; what is
// deleted (a dataset's key) is overwritten.
// fullfsync matters on macOS only, where a plain sync stops at the drive's cache.
var coreSettings = []string{
	"_busy_timeout=10000", "_txlock=immediate", "_defensive=1", "_dqs=0", "_error_rc=1",
	pageSize(corePage), "_journal_mode=WAL", "_pragma=synchronous(FULL)",
	"_pragma=foreign_keys(1)", "_pragma=trusted_schema(0)", "_pragma=cell_size_check(1)",
	"_pragma=temp_store(MEMORY)", "_pragma=fullfsync(1)", "_pragma=checkpoint_fullfsync(1)",
	"_pragma=journal_size_limit(16777216)", "_pragma=secure_delete(1)",
}

// stagedSettings: a crash loses what is staged anyway, so nothing is journalled
// or synced until it is published. The price: after an error inside a
// transaction the staged database cannot be rolled back, only discarded.
var stagedSettings = []string{
	"_dqs=0", "_error_rc=1", "_txlock=immediate",
	pageSize(datasetPage), "_journal_mode=OFF", "_pragma=synchronous(OFF)",
	"_pragma=locking_mode(EXCLUSIVE)", "_pragma=foreign_keys(1)", "_pragma=trusted_schema(0)",
	"_pragma=temp_store(MEMORY)",
}

// datasetSettings: a published file never changes, so readers take no locks.
var datasetSettings = []string{
	"mode=ro", "immutable=1", "_defensive=1", "_dqs=0", "_error_rc=1",
	"_pragma=query_only(1)", "_pragma=trusted_schema(0)", "_pragma=cell_size_check(1)", "_pragma=temp_store(MEMORY)",
}

func pageSize(bytes int) string { return fmt.Sprintf("_pragma=page_size(%d)", bytes) }

const (
	coreID    = 0x56544E43 // PRAGMA application_id, so that file(1) and people can tell
	datasetID = 0x56544E44
)

const (
	coreConnections   = 4 // readers beside one writer; writers queue inside SQLite
	stagedConnections = 1 // locked exclusively
)

// datasetConnections: reading pages is bound by memory; more than the cores gain nothing.
func datasetConnections() int { return max(2, runtime.GOMAXPROCS(0)) }

// ready makes the first connection, which is kept for the life of the pool, and
// closes the pool if the file is not usable.
func ready(ctx context.Context, db *sql.DB, path string, connections int) error {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version); err != nil {
		_ = db.Close()
		return DBProblem(err, path)
	}
	return nil
}

// dsn is the address of a database file. The path is escaped: a folder may hold
// '?', '#' or '%'. Settings are constants of this file and need no escaping.
func dsn(path string, settings []string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… on Windows
	}
	return "file://" + (&url.URL{Path: slashed}).EscapedPath() + "?" + strings.Join(settings, "&")
}

// createPrivate makes an empty file that only its owner can read. SQLite gives
// its log and index the same permissions.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return FileProblem(err, path)
	}
	return FileProblem(file.Close(), path)
}

// syncFile makes a closed file survive a power cut.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

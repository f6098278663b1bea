package vault

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"vitrine/backend/problem"
	"vitrine/backend/vault/encfs"
)

const (
	corePage    = 16384
	datasetPage = 32768

	// keyEpoch numbers the first key of a database; a dataset's file never has another.
	keyEpoch = 1
)

// sealWith registers a file system that seals with these keys. Its name is
// random, because it says nothing and must not meet that of another vault in this
// process.
func sealWith(set keySet, opt encfs.Options) (*encfs.FS, error) {
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		return nil, fmt.Errorf("name a file system: %w", err)
	}
	var fs *encfs.FS
	err := set.lend(func(lent encfs.KeySet) (err error) {
		fs, err = encfs.Register("vitrine-"+hex.EncodeToString(name), lent, opt)
		return err
	})
	return fs, err
}

// guarded gives connections on which SQL cannot leave the sealing file system.
type guarded struct{ driver.Connector }

func (g guarded) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := g.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := encfs.Install(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// connector opens a database file through a sealing file system.
func connector(path string, settings []string, fs *encfs.FS) (driver.Connector, error) {
	c, err := sqlite.NewConnector(dsn(path, append([]string{"vfs=" + fs.Name()}, settings...)))
	if err != nil {
		return nil, DBProblem(err, path)
	}
	return guarded{c}, nil
}

// openSQLite opens a database file and reads its header, so that a file that is
// no database, or not one of these keys, is refused here rather than at its first
// use.
func openSQLite(ctx context.Context, path string, settings []string, fs *encfs.FS, connections int) (*sql.DB, error) {
	c, err := connector(path, settings, fs)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	return db, ready(ctx, db, path, connections)
}

// unauthentic is the problem of a page that its key does not open: changed, cut
// off, of another file, or sealed by another key.
func unauthentic() *problem.Problem {
	return problem.New(problem.Unavailable, "database-damaged",
		"A part of the database is not as Vitrine wrote it: it was damaged or changed.").Try(restore)
}

// authenticationFailed is what SQLite says of such a page.
const authenticationFailed = sqlite3.SQLITE_IOERR_DATA

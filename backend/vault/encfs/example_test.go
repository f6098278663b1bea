package encfs_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	"vitrine/backend/vault/encfs"
)

// A database is opened through an FS by naming it in the URI. The pool is closed
// before the FS, which then forgets the key.
func Example() {
	dir, err := os.MkdirTemp("", "encfs")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "core.db")

	var key encfs.Key
	rand.Read(key[:])
	keys := encfs.KeySet{Current: 1, Epochs: map[uint32]encfs.Key{1: key}}
	fs, err := encfs.Register("example-core", keys, encfs.Options{PageSize: 16384})
	if err != nil {
		panic(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?vfs="+fs.Name()+"&_journal_mode=WAL&_pragma=synchronous(FULL)")
	if err != nil {
		panic(err)
	}
	var size, sum int
	_, err = db.Exec("CREATE TABLE t (n); INSERT INTO t VALUES (40), (2)")
	if err == nil {
		err = db.QueryRow("SELECT sum(n) FROM t").Scan(&sum)
	}
	if err == nil {
		err = db.QueryRow("PRAGMA page_size").Scan(&size)
	}
	fmt.Println(sum, size, err)
	fmt.Println(db.Close(), fs.Close())

	begin, err := os.ReadFile(path)
	fmt.Printf("%s %v\n", begin[:4], err)
	// Output:
	// 42 16384 <nil>
	// <nil> <nil>
	// VTNE <nil>
}

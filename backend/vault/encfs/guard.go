package encfs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// Guard keeps SQL from leaving an FS: it denies ATTACH to a database of another
// file system, loading code, writing pages or the schema behind SQLite's back,
// and settings that say where files go. Install puts it on a connection.
//
// ATTACH of a name that is not a constant is denied, because SQLite does not
// show it; so is plain VACUUM, which attaches an unnamed file: use Vacuum.
// VACUUM INTO is allowed to a path, and to a file: URI that names an FS.
func Guard(action sqlite.AuthorizerActionCode, arg1, arg2, _, _ string) sqlite.AuthorizerReturnCode {
	if allowed(action, strings.ToLower(arg1), arg1, strings.ToLower(arg2)) {
		return sqlite.AuthorizerOK
	}
	return sqlite.AuthorizerDeny
}

func allowed(action sqlite.AuthorizerActionCode, name, exact, second string) bool {
	switch action {
	case sqlite.AuthAttach:
		return mayAttach(exact)
	case sqlite.AuthFunction:
		return second != "load_extension" && second != "fts3_tokenizer"
	case sqlite.AuthPragma:
		return mayPragma(name, second)
	case sqlite.AuthInsert, sqlite.AuthUpdate, sqlite.AuthDelete:
		return name != "sqlite_dbpage"
	case sqlite.AuthCreateVTable:
		return second != "sqlite_dbpage"
	}
	return true
}

// mayPragma denies what moves files, and what would have SQLite write something
// that the FS does not expect. Reading a setting is allowed where it is harmless.
func mayPragma(name, value string) bool {
	switch name {
	case "temp_store_directory", "data_store_directory", "lock_proxy_file":
		return false
	case "writable_schema", "trusted_schema", "page_size", "mmap_size":
		return value == ""
	}
	return true
}

// mayAttach follows SQLite's own reading of a name: a path keeps the connection's
// file system, a file: URI may choose another.
func mayAttach(name string) bool {
	rest, uri := strings.CutPrefix(name, "file:")
	if name == "" {
		return false
	}
	if !uri {
		return true
	}
	path, query, _ := strings.Cut(rest, "?")
	if strings.ContainsAny(path, "#") || strings.ContainsAny(query, "%#") {
		return false // could spell vfs= in another way
	}
	chosen := 0
	for _, setting := range strings.Split(query, "&") {
		key, value, _ := strings.Cut(setting, "=")
		switch key {
		case "", "mode", "immutable":
		case "vfs":
			if chosen++; chosen > 1 || !registered(value) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// registered reports whether a name is that of an FS.
func registered(name string) bool {
	items := systems.items.Load()
	if items == nil {
		return false
	}
	for _, fs := range *items {
		if fs != nil && fs.name == name {
			return true
		}
	}
	return false
}

var errNoAuthorizer = errors.New("the connection takes no authorizer")

// Install puts Guard on a connection, for sqlite.RegisterConnectionHook or
// sql.Conn.Raw.
func Install(connection any) error { return authorize(connection, Guard) }

func authorize(connection any, fn sqlite.AuthorizerFn) error {
	c, ok := connection.(sqlite.AuthorizerRegisterer)
	if !ok {
		return errNoAuthorizer
	}
	return c.RegisterAuthorizer(fn)
}

// Vacuum rewrites a database whose connections are guarded. It holds the write
// lock throughout and leaves Guard on the connection it used.
func Vacuum(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	defer conn.Close()
	if err := conn.Raw(func(c any) error { return authorize(c, guardVacuum) }); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	_, err = conn.ExecContext(ctx, "VACUUM")
	if err := errors.Join(err, conn.Raw(Install)); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}

// guardVacuum lets VACUUM attach its unnamed, temporary file.
func guardVacuum(action sqlite.AuthorizerActionCode, arg1, arg2, database, trigger string) sqlite.AuthorizerReturnCode {
	if action == sqlite.AuthAttach && arg1 == "" {
		return sqlite.AuthorizerOK
	}
	return Guard(action, arg1, arg2, database, trigger)
}

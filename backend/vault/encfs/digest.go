package encfs

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDigest says that a file is not the one whose digest was kept.
var ErrDigest = errors.New("the file is not the one that was finished")

// ErrUnfinished says that a log or journal lies beside a database, so that its
// file alone is not its content.
var ErrUnfinished = errors.New("a log or journal lies beside the database")

// Digest is SHA-256 over a finished database as it is on disk: closed, its log
// checkpointed. Kept elsewhere, it tells any other content from this, an older
// one included, where single pages cannot. It needs no key.
func Digest(path string) (sum [32]byte, err error) {
	for _, suffix := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 {
			return sum, fmt.Errorf("digest: %w", ErrUnfinished)
		}
	}
	f, err := openRaw(path, sqlite3.SQLITE_OPEN_MAIN_DB)
	if err != nil {
		return sum, fmt.Errorf("digest: %w", err)
	}
	defer f.close()
	hash := sha256.New()
	for off := int64(0); off < f.bytes; {
		b, err := f.at(int(min(1<<20, f.bytes-off)), off)
		if err != nil {
			return sum, fmt.Errorf("digest: %w", err)
		}
		hash.Write(b)
		off += int64(len(b))
	}
	return [32]byte(hash.Sum(nil)), nil
}

// VerifyDigest compares a file with the digest it had; ErrDigest if it differs.
func VerifyDigest(path string, want [32]byte) error {
	sum, err := Digest(path)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(sum[:], want[:]) != 1 {
		return ErrDigest
	}
	return nil
}

package encfs

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// kind is what a sealed record is; a record of one kind never opens as another.
type kind byte

const (
	mainPage        kind = 'M'
	logHeader       kind = 'H'
	logFrame        kind = 'W'
	journalPrologue kind = 'P'
	journalBlock    kind = 'J'
	tempBlock       kind = 'T'
)

const (
	nonceLen  = 12
	tagLen    = 16
	epochLen  = 4
	sealLen   = nonceLen + tagLen
	overhead  = sealLen + epochLen // what SQLite reserves at the end of each page
	prefixLen = 16
	aadLen    = 32
)

// ErrSeal says that sealed bytes were changed, moved, or made with another key.
var ErrSeal = errors.New("sealed bytes do not authenticate")

// ErrEpoch says that bytes were sealed by a key that is not in the KeySet.
var ErrEpoch = errors.New("sealed with a key that is not known here")

// ErrVersion says that a file was made by a newer program.
var ErrVersion = errors.New("the file's format is newer than this program")

// ErrFormat says that a file does not begin as a sealed file does.
var ErrFormat = errors.New("not a sealed file")

// prefix opens every file and takes part in each of its seals; see FORMAT.md.
type prefix [prefixLen]byte

const formatVersion = 1

var prefixMagic = []byte("VTNE")

func newPrefix(pageSize int) prefix {
	var p prefix
	copy(p[:], prefixMagic)
	p[4] = formatVersion
	p[5] = byte(bits.TrailingZeros(uint(pageSize)))
	rand.Read(p[6:])
	return p
}

// parsePrefix reads the beginning of a file and the page size it names.
func parsePrefix(b []byte) (p prefix, pageSize int, err error) {
	if len(b) < prefixLen || !bytes.Equal(b[:4], prefixMagic) {
		return p, 0, ErrFormat
	}
	copy(p[:], b)
	if p[4] != formatVersion {
		return p, 0, fmt.Errorf("version %d: %w", p[4], ErrVersion)
	}
	if p[5] < 12 || p[5] > 16 {
		return p, 0, fmt.Errorf("page size 2^%d: %w", p[5], ErrFormat)
	}
	return p, 1 << p[5], nil
}

// aad fills the additional data of a seal.
func aad(to *[aadLen]byte, k kind, epoch uint32, index uint64, p prefix) []byte {
	to[0], to[1], to[2], to[3] = byte(k), 0, 0, 0
	binary.BigEndian.PutUint32(to[4:], epoch)
	binary.BigEndian.PutUint64(to[8:], index)
	copy(to[16:], p[:])
	return to[:]
}

// sealer seals and opens the records of one file. It is used by one goroutine at a time.
type sealer struct {
	fs  *FS         // where keys and counts are; nil for a file with a key of its own
	own cipher.AEAD // of a temporary file
	n   int         // seals made with own
	aad [aadLen]byte
}

// seal writes nonce, ciphertext, tag and epoch into to, which is plain's length
// and overhead long. The two do not overlap.
func (s *sealer) seal(to, plain []byte, k kind, index uint64, p prefix) error {
	aead, number, err := s.current(k)
	if err != nil {
		return err
	}
	aead.Seal(to[:0], nil, plain, aad(&s.aad, k, number, index, p))
	binary.BigEndian.PutUint32(to[len(plain)+sealLen:], number)
	return nil
}

func (s *sealer) current(k kind) (cipher.AEAD, uint32, error) {
	if s.own != nil {
		if s.n++; s.n > sealLimit {
			return nil, 0, ErrSealsSpent
		}
		return s.own, 0, nil
	}
	keys := s.fs.ring.Load()
	if keys == nil {
		return nil, 0, ErrClosed
	}
	if err := s.fs.count(keys.current); err != nil {
		return nil, 0, err
	}
	return keys.current.cipher(k), keys.current.number, nil
}

// open authenticates what seal wrote and writes the plain bytes into to, which
// is overhead shorter. The two do not overlap. What fails leaves to all zeros.
func (s *sealer) open(to, sealed []byte, k kind, index uint64, p prefix) error {
	number := binary.BigEndian.Uint32(sealed[len(sealed)-epochLen:])
	aead := s.own
	if aead == nil {
		keys := s.fs.ring.Load()
		if keys == nil {
			return ErrClosed
		}
		e := keys.find(number)
		if e == nil {
			clear(to)
			return ErrEpoch
		}
		aead = e.cipher(k)
	}
	_, err := aead.Open(to[:0:len(to)], nil, sealed[:len(sealed)-epochLen], aad(&s.aad, k, number, index, p))
	if err != nil {
		clear(to)
		return ErrSeal
	}
	return nil
}

// allZero reports whether b was never written.
func allZero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

var sqliteMagic = []byte("SQLite format 3\x00")

// sealPage seals a database page, whose last bytes SQLite keeps for it.
func (s *sealer) sealPage(to, page []byte, number uint64, p prefix) error {
	body := len(page) - overhead
	if number != 1 {
		return s.seal(to, page[:body], mainPage, number, p)
	}
	if want := firstBytes(page); !bytes.Equal(page[:prefixLen], want[:]) {
		return fmt.Errorf("page 1 does not begin as SQLite's: %w", ErrFormat)
	}
	copy(to, p[:])
	return s.seal(to[prefixLen:], page[prefixLen:body], mainPage, number, p)
}

// openPage opens a database page into page, or into its first bytes if page is
// as short as what SQLite uses of it.
func (s *sealer) openPage(page, sealed []byte, number uint64, p prefix) error {
	body := len(sealed) - overhead
	clear(page[body:])
	if number != 1 {
		return s.open(page[:body], sealed, mainPage, number, p)
	}
	if !bytes.Equal(sealed[:prefixLen], p[:]) {
		clear(page)
		return ErrSeal
	}
	err := s.open(page[prefixLen:body], sealed[prefixLen:], mainPage, number, p)
	first := firstBytes(page)
	copy(page, first[:])
	return err
}

// firstBytes are the bytes that page 1 begins with and that are not stored.
func firstBytes(page []byte) (b [prefixLen]byte) {
	if page[16] != 0 || page[17] != 0 {
		copy(b[:], sqliteMagic)
	}
	return b
}

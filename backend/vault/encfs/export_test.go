package encfs

import "slices"

// Change is a change for tests outside the package.
type Change struct {
	Op, Name string
	Off      int64
	Data     []byte
}

// Watch has f called before each change to a disk, one at a time for one
// connection. Not 0 stands for what the disk answers. Set it before opening.
func (fs *FS) Watch(f func(Change) int32) {
	fs.watch = func(c change) int32 {
		return f(Change{Op: c.op, Name: c.name, Off: c.off, Data: slices.Clone(c.data)})
	}
}

// SQLite's codes for a full disk and for a failed write and sync.
const (
	DiskFull  = 13
	FailWrite = 778
	FailSync  = 1034
)

// OpenPage and OpenRecord are the decoders, for fuzzing: a page under number 1 or
// more, and a record of a kind.
func OpenPage(keys KeySet, sealed []byte, number uint64) ([]byte, error) {
	s, err := fuzzSealer(keys)
	if err != nil {
		return nil, err
	}
	p, size, err := parsePrefix(sealed)
	if err != nil {
		return nil, err
	}
	if len(sealed) != size {
		return nil, ErrFormat
	}
	page := make([]byte, size)
	return page, s.openPage(page, sealed, number, p)
}

// OpenRecord opens what SealRecord sealed.
func OpenRecord(keys KeySet, sealed []byte, k byte, index uint64, begin []byte) ([]byte, error) {
	s, err := fuzzSealer(keys)
	if err != nil {
		return nil, err
	}
	if len(sealed) < overhead {
		return nil, ErrFormat
	}
	p, _, err := parsePrefix(begin)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(sealed)-overhead)
	return plain, s.open(plain, sealed, kind(k), index, p)
}

// SealRecord seals plain under the current epoch.
func SealRecord(keys KeySet, plain []byte, k byte, index uint64, begin []byte) ([]byte, error) {
	s, err := fuzzSealer(keys)
	if err != nil {
		return nil, err
	}
	p, _, err := parsePrefix(begin)
	if err != nil {
		return nil, err
	}
	to := make([]byte, len(plain)+overhead)
	return to, s.seal(to, plain, kind(k), index, p)
}

func fuzzSealer(keys KeySet) (*sealer, error) {
	r, err := newRing(keys, nil)
	if err != nil {
		return nil, err
	}
	s := &sealer{fs: &FS{}}
	s.fs.ring.Store(r)
	return s, nil
}

// BenchSealer seals and opens one record again and again.
type BenchSealer struct{ s *sealer }

// NewBenchSealer makes one.
func NewBenchSealer(keys KeySet) (BenchSealer, error) {
	s, err := fuzzSealer(keys)
	return BenchSealer{s}, err
}

// Seal and Open do it.
func (b BenchSealer) Seal(to, plain []byte) error { return b.s.seal(to, plain, mainPage, 2, prefix{}) }

func (b BenchSealer) Open(to, sealed []byte) error {
	return b.s.open(to, sealed, mainPage, 2, prefix{})
}

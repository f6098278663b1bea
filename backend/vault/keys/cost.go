package keys

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"
)

// Cost says how a passphrase is stretched, and how dear one guess is.
type Cost struct {
	Name       string `json:"name" doc:"argon2id or pbkdf2-hmac-sha512"`
	MemoryKiB  uint32 `json:"memory_kib,omitempty"`
	Passes     uint32 `json:"passes,omitempty"`
	Lanes      uint8  `json:"lanes,omitempty"`
	Iterations uint32 `json:"iterations,omitempty"`
}

const (
	argon2id  = "argon2id"           // RFC 9106
	pbkdf2512 = "pbkdf2-hmac-sha512" // RFC 8018, SP 800-132
)

// bounds are what a cost must lie between. The floor stops a downgrade, the
// ceiling a file that would have the program take all memory or an hour: neither
// can wait for the MAC, which needs the key that the derivation gives.
type bounds struct {
	minMemoryKiB, maxMemoryKiB   uint32
	minPasses, maxPasses         uint32
	maxLanes                     uint8
	maxWork                      uint64 // KiB × passes
	minIterations, maxIterations uint32
}

// production is the floor and ceiling of FORMAT.md: RFC 9106 section 4 gives 64
// MiB as its second choice (with three passes; OWASP's list goes lower), OWASP
// 2023 and later at least 210,000 iterations of PBKDF2-HMAC-SHA-512.
var production = bounds{
	minMemoryKiB: 64 << 10, maxMemoryKiB: 1 << 20, minPasses: 2, maxPasses: 32, maxLanes: 16,
	maxWork: 4 << 20, minIterations: 600_000, maxIterations: 10_000_000,
}

// allow reports what is wrong with a cost, "" for nothing.
func (b bounds) allow(c Cost) string {
	switch {
	case c.Name == pbkdf2512 && c.MemoryKiB == 0 && c.Passes == 0 && c.Lanes == 0:
		return outside(c.Iterations < b.minIterations, c.Iterations > b.maxIterations)
	case c.Name == argon2id && c.Iterations == 0:
		return outside(c.MemoryKiB < b.minMemoryKiB || c.Passes < b.minPasses || c.Lanes < 1,
			c.MemoryKiB > b.maxMemoryKiB || c.Passes > b.maxPasses || c.Lanes > b.maxLanes ||
				uint64(c.MemoryKiB)*uint64(c.Passes) > b.maxWork)
	}
	return "A passphrase is stretched in a way that Vitrine does not use."
}

func outside(below, above bool) string {
	switch {
	case below:
		return "A passphrase is protected more cheaply than Vitrine ever does."
	case above:
		return "A passphrase is protected at a cost that no computer should be asked to pay."
	}
	return ""
}

// stretch turns a passphrase into 32 bytes, slowly. The caller wipes them.
func (c Cost) stretch(passphrase, salt []byte) ([]byte, error) {
	if c.Name == pbkdf2512 {
		return pbkdf2.Key(sha512.New, string(passphrase), salt, int(c.Iterations), KeySize)
	}
	return argon2.IDKey(passphrase, salt, c.Passes, c.MemoryKiB, c.Lanes, KeySize), nil
}

// unlockTime is what one derivation should take on the computer that made the
// wrap: short enough to type again, long enough to make guessing dear.
const unlockTime = 500 * time.Millisecond

// calibrate chooses the cost that takes about unlockTime here, within the
// bounds. One small derivation is measured and the rest reckoned from it.
func (b bounds) calibrate(p Profile, measure func(Cost) time.Duration) Cost {
	if p == FIPS {
		c := Cost{Name: pbkdf2512, Iterations: max(b.minIterations/4, 1)}
		affordable := float64(c.Iterations) * times(measure(c))
		c.Iterations = uint32(min(max(affordable, float64(b.minIterations)), float64(b.maxIterations)))
		return c
	}
	c := Cost{Name: argon2id, MemoryKiB: b.minMemoryKiB, Passes: b.minPasses, Lanes: lanes()}
	factor := times(measure(c))
	for factor >= 2 && c.MemoryKiB < 4*b.minMemoryKiB { // memory first: it is what a guesser's hardware lacks
		c.MemoryKiB, factor = 2*c.MemoryKiB, factor/2
	}
	passes := min(float64(c.Passes)*factor, 10)
	c.Passes = max(b.minPasses, uint32(passes))
	return c
}

// times says how often a derivation fits into unlockTime.
func times(took time.Duration) float64 {
	return float64(unlockTime) / float64(max(took, time.Microsecond))
}

// lanes is recorded with the wrap, so another computer uses the same number.
func lanes() uint8 { return uint8(min(4, runtime.NumCPU())) }

// stopwatch measures one derivation.
func stopwatch(c Cost) time.Duration {
	salt := make([]byte, saltSize)
	start := time.Now()
	if _, err := c.stretch([]byte("how long does this take"), salt); err != nil {
		return unlockTime
	}
	return time.Since(start)
}

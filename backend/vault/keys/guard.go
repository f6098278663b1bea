package keys

import (
	"encoding/json"
	"sync"
	"time"
)

// AttemptStore keeps a few bytes where they outlive the program. Load gives nil
// for nothing kept. Neither is told secrets.
type AttemptStore interface {
	Load() ([]byte, error)
	Save(state []byte) error
}

const (
	freeFailures = 3
	longestWait  = time.Minute
	maxFailures  = 1000 // more are not counted
)

// Guard makes each wrong passphrase after the third wait: 1, 2, 4 … 60 seconds,
// never longer. It is for whoever sits at this computer; a thief with a copy of
// the folder is held up by the cost of the derivation and by the device key.
//
// What it knows survives a restart through Store, and is written before a
// derivation starts, so that ending the program saves nobody a wait. A clock
// turned back starts the wait again. Where Store cannot write, the wait holds
// until the program ends: a full disk must not shut the owner out. A nil Guard
// never waits.
type Guard struct {
	Store AttemptStore     // nil: until the program ends
	Clock func() time.Time // time.Now when nil

	mu    sync.Mutex // guards what follows
	read  bool
	state attempts
}

// attempts is the stored form.
type attempts struct {
	Version  int       `json:"version"`
	Failures int       `json:"failures"`
	Last     time.Time `json:"last"`
}

// Wait says how long until a passphrase is tried again; zero: now.
func (g *Guard) Wait() time.Duration {
	if g == nil {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.remaining()
}

// refusal is the problem of an attempt that comes too early, without counting one.
func (g *Guard) refusal() error {
	if wait := g.Wait(); wait > 0 {
		return waitFor(wait)
	}
	return nil
}

// begin counts an attempt as failed before it is made, or refuses it.
func (g *Guard) begin() error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if wait := g.remaining(); wait > 0 {
		return waitFor(wait)
	}
	g.state.Failures = min(g.state.Failures+1, maxFailures)
	g.state.Last = g.now()
	g.save()
	return nil
}

// succeeded forgets all failures.
func (g *Guard) succeeded() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.load()
	if g.state.Failures > 0 {
		g.state = attempts{Version: formatVersion}
		g.save()
	}
}

func (g *Guard) remaining() time.Duration {
	g.load()
	wait := waitAfter(g.state.Failures)
	if wait == 0 {
		return 0
	}
	since := g.now().Sub(g.state.Last)
	if since < 0 { // the clock was turned back: it says nothing about how long it was
		g.state.Last = g.now()
		g.save()
		since = 0
	}
	return max(wait-since, 0)
}

// waitAfter doubles from one second after the last free failure.
func waitAfter(failures int) time.Duration {
	over := failures - freeFailures
	switch {
	case over < 0:
		return 0
	case over > 6:
		return longestWait
	}
	return min(time.Second<<over, longestWait)
}

// load reads once. What cannot be read counts as all free failures used, now, and
// is written back, so that it neither opens the way nor waits again each time.
func (g *Guard) load() {
	if g.read {
		return
	}
	g.read = true
	g.state = attempts{Version: formatVersion}
	if g.Store == nil {
		return
	}
	data, err := g.Store.Load()
	if err == nil && data == nil {
		return
	}
	var kept attempts
	if err != nil || json.Unmarshal(data, &kept) != nil || kept.Version != formatVersion || kept.Failures < 0 {
		g.state = attempts{Version: formatVersion, Failures: freeFailures, Last: g.now()}
		g.save()
		return
	}
	g.state = kept
	g.state.Failures = min(kept.Failures, maxFailures)
}

func (g *Guard) save() {
	if g.Store == nil {
		return
	}
	data, err := json.Marshal(g.state)
	if err == nil {
		_ = g.Store.Save(data) // see Guard: what cannot be kept still holds in this process
	}
}

// now drops the monotonic reading, which does not see a clock that is turned.
func (g *Guard) now() time.Time {
	if g.Clock == nil {
		return time.Now().Round(0).UTC()
	}
	return g.Clock().Round(0).UTC()
}

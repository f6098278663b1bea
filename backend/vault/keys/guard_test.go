package keys_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"vitrine/backend/vault/keys"
)

// shelf is an AttemptStore in memory.
type shelf struct {
	state      []byte
	load, save error
}

func (s *shelf) Load() ([]byte, error) { return s.state, s.load }

func (s *shelf) Save(state []byte) error {
	if s.save == nil {
		s.state = slices.Clone(state)
	}
	return s.save
}

// door is a vault that somebody tries passphrases at, with a clock to turn.
type door struct {
	t     *testing.T
	file  *keys.File
	code  string
	shelf *shelf
	guard *keys.Guard
	now   time.Time
}

func newDoor(t *testing.T) *door {
	f, _, code := create(t, options(keys.Standard, nil))
	d := &door{t: t, file: f, code: code, shelf: &shelf{}, now: noon}
	d.restart()
	return d
}

// restart is the program started again: only the shelf is left.
func (d *door) restart() {
	d.guard = &keys.Guard{Store: d.shelf, Clock: func() time.Time { return d.now }}
}

func (d *door) try(text string) error {
	r, err := d.file.UnlockPassphrase(words(d.t, text), nil, d.guard)
	r.Destroy()
	return err
}

// wrong tries n wrong passphrases, waiting as told before each.
func (d *door) wrong(n int) {
	d.t.Helper()
	for range n {
		d.now = d.now.Add(d.guard.Wait())
		wantCode(d.t, d.try(newWords), "passphrase-wrong")
	}
}

func (d *door) wantWait(want time.Duration) {
	d.t.Helper()
	if got := d.guard.Wait(); got != want {
		d.t.Errorf("a wait of %v, want %v", got, want)
	}
}

func TestWaitsDoubleUpToAMinute(t *testing.T) {
	d := newDoor(t)
	for _, want := range []time.Duration{0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60} {
		d.wantWait(want * time.Second)
		d.wrong(1)
	}
}

func TestAWaitNamesItsSecondsAndTestsNothing(t *testing.T) {
	d := newDoor(t)
	d.wrong(5)
	p := wantCode(t, d.try(ownWords), "passphrase-wait") // even the right one
	if len(p.Details) != 1 || p.Details[0].Message != "4" {
		t.Errorf("details %+v", p.Details)
	}
	d.now = d.now.Add(3500 * time.Millisecond)
	if p := wantCode(t, d.try(ownWords), "passphrase-wait"); p.Details[0].Message != "1" {
		t.Errorf("details %+v", p.Details)
	}
	d.now = d.now.Add(500 * time.Millisecond)
	must(t, d.try(ownWords))
	d.wantWait(0)
	d.wrong(2)
	d.wantWait(0)
}

func TestAWaitSurvivesARestart(t *testing.T) {
	d := newDoor(t)
	d.wrong(7)
	d.now = d.now.Add(time.Second)
	d.restart()
	d.wantWait(15 * time.Second)
	wantCode(t, d.try(ownWords), "passphrase-wait")
}

func TestAnAttemptCountsBeforeItIsMade(t *testing.T) {
	d := newDoor(t)
	seen := 0
	d.guard = &keys.Guard{Clock: at, Store: spy{d.shelf, func() { seen++ }}}
	destroyed := words(t, ownWords)
	destroyed.Destroy()
	if _, err := d.file.UnlockPassphrase(destroyed, nil, d.guard); err == nil || seen != 1 {
		t.Errorf("written %d times before an attempt that fell over: %v", seen, err)
	}
}

type spy struct {
	*shelf
	saved func()
}

func (s spy) Save(state []byte) error { s.saved(); return s.shelf.Save(state) }

func TestAClockTurnedBackNeitherShortensNorLocksOut(t *testing.T) {
	for name, turn := range map[string]time.Duration{"a second": time.Second, "a year": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t)
			d.wrong(8)
			d.now = d.now.Add(-turn)
			d.wantWait(32 * time.Second)
			d.now = d.now.Add(31 * time.Second)
			d.wantWait(time.Second)
			d.restart()
			d.wantWait(time.Second)
			d.now = d.now.Add(time.Second)
			must(t, d.try(ownWords))
		})
	}
}

func TestTheRecoveryCodeEndsAWait(t *testing.T) {
	d := newDoor(t)
	d.wrong(9)
	_, err := d.file.UnlockRecovery("wrong", d.guard)
	wantCode(t, err, "recovery-code-typo")
	if d.guard.Wait() == 0 {
		t.Error("a wrong code ends the wait")
	}
	r, err := d.file.UnlockRecovery(d.code, d.guard)
	must(t, err)
	r.Destroy()
	d.wantWait(0)
	d.restart()
	d.wantWait(0)
}

func TestAStateThatCannotBeReadNeitherOpensNorLocksOut(t *testing.T) {
	for name, s := range map[string]*shelf{
		"garbage":   {state: []byte("garbage")},
		"empty":     {state: []byte{}},
		"newer":     {state: []byte(`{"version":2}`)},
		"negative":  {state: []byte(`{"version":1,"failures":-5}`)},
		"no access": {load: errors.New("no access")},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t)
			d.shelf = s
			d.restart()
			d.wantWait(time.Second)
			d.now = d.now.Add(time.Second)
			s.load = nil
			d.restart() // what was written back counts from then
			must(t, d.try(ownWords))
		})
	}
	d := newDoor(t)
	d.shelf.state = []byte(`{"version":1,"failures":2000000000,"last":"2999-01-01T00:00:00Z"}`)
	d.wantWait(time.Minute)
	d.now = d.now.Add(time.Minute)
	must(t, d.try(ownWords))
}

func TestAFullDiskDoesNotShutTheOwnerOut(t *testing.T) {
	d := newDoor(t)
	d.shelf.save = errors.New("disk full")
	d.wrong(5)
	d.wantWait(4 * time.Second) // in this process the wait holds
	d.now = d.now.Add(4 * time.Second)
	must(t, d.try(ownWords))
}

// TestNobodyIsAskedDuringAWait: a keychain may put a question to the person.
func TestNobodyIsAskedDuringAWait(t *testing.T) {
	devices := newKeychain()
	f, _, _ := create(t, options(keys.Standard, devices))
	guard := &keys.Guard{Clock: at}
	for range 3 {
		_, err := f.UnlockPassphrase(words(t, newWords), devices, guard)
		wantCode(t, err, "passphrase-wrong")
	}
	devices.calls = 0
	_, err := f.UnlockPassphrase(words(t, ownWords), devices, guard)
	wantCode(t, err, "passphrase-wait")
	if devices.calls != 0 {
		t.Errorf("the keychain was asked %d times", devices.calls)
	}
}

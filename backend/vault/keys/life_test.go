package keys_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"vitrine/backend/vault/keys"
)

// life is a vault's keys through a random series of changes, beside a plain list
// of what should open it.
type life struct {
	t           *testing.T
	random      *rand.Rand
	file        *keys.File
	ring        *keys.Ring
	devices     *keychain
	passphrases map[string]string // by wrap
	codes       map[string]string
	identity    []byte
	secret      secret
}

// TestAVaultsLife: after each of many random changes the file, as it comes back from
// the disk, opens by everything that should and by nothing that was replaced.
func TestAVaultsLife(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		w := newFull(t, profiles[seed%2])
		l := &life{
			t: t, random: rand.New(rand.NewPCG(seed, 1)), file: w.file, ring: w.ring, devices: w.devices, identity: w.identity, secret: w.secret,
			passphrases: map[string]string{wrapOf(t, w.file, keys.KindPassphrase).ID: ownWords},
			codes:       map[string]string{wrapOf(t, w.file, keys.KindRecovery).ID: w.code},
		}
		for step := range 80 {
			gone := l.step()
			l.file = reread(t, l.file)
			l.check(fmt.Sprintf("seed %d, step %d", seed, step), gone)
		}
	}
}

// step changes something and gives the passphrase or code that no longer opens.
func (l *life) step() (gone string) {
	switch l.random.IntN(7) {
	case 0:
		if len(l.passphrases) < 3 {
			text := fmt.Sprintf("violin harbour %x", l.random.Uint64())
			c, err := l.file.AddPassphrase(l.ring, "More", words(l.t, text), l.devices, noon)
			must(l.t, err)
			l.file, l.passphrases[c.Wrap] = c.File, text
		}
	case 1:
		if id := l.pick(l.passphrases); id != "" {
			gone = l.passphrases[id]
			text := fmt.Sprintf("tangerine quartz %x", l.random.Uint64())
			c, err := l.file.ChangePassphrase(l.ring, id, words(l.t, text), l.devices)
			must(l.t, err)
			l.file, l.passphrases[id] = c.File, text
		}
	case 2:
		if id := l.pick(l.codes); id != "" {
			gone = l.codes[id]
			f, c, err := l.file.RenewRecovery(l.ring, id, noon)
			must(l.t, err)
			l.file, l.codes[id] = f, c.Reveal()
		}
	case 3:
		if len(l.codes) < 3 {
			f, c, err := l.file.AddRecovery(l.ring, "paper", noon)
			must(l.t, err)
			l.file = f
			l.codes[f.Wraps()[len(f.Wraps())-1].ID] = c.Reveal()
		}
	case 4:
		return l.remove()
	case 5:
		l.rotate()
	case 6:
		l.reseal()
	}
	return gone
}

// pick gives a wrap of the map, in an order that the seed decides.
func (l *life) pick(from map[string]string) string {
	var ids []string
	for _, w := range l.file.Wraps() {
		if from[w.ID] != "" {
			ids = append(ids, w.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return ids[l.random.IntN(len(ids))]
}

func (l *life) remove() (gone string) {
	from := l.passphrases
	if l.random.IntN(2) == 0 {
		from = l.codes
	}
	id := l.pick(from)
	if id == "" {
		return ""
	}
	next, err := l.file.RemoveWrap(l.ring, id)
	if len(l.passphrases)+len(l.codes) == 1 {
		wantCode(l.t, err, "wrap-last")
		return ""
	}
	must(l.t, err)
	must(l.t, keys.Tidy(l.devices, l.file, next))
	gone = from[id]
	delete(from, id)
	l.file = next
	return gone
}

// rotate gives one passphrase and one code, where there are any; the other wraps
// are to be renewed, and are taken out.
func (l *life) rotate() {
	if l.file.Previous() > 5 {
		return
	}
	passphrase, code := l.pick(l.passphrases), l.pick(l.codes)
	s := keys.Secrets{Devices: l.devices, Recovery: l.codes[code]}
	if passphrase != "" {
		s.Passphrase = words(l.t, l.passphrases[passphrase])
	}
	rotated, err := l.file.Rotate(l.ring, s)
	must(l.t, err)
	l.file, l.ring = rotated.File, rotated.Ring
	l.t.Cleanup(l.ring.Destroy)
	for _, w := range rotated.Renew {
		delete(l.passphrases, w.ID)
		delete(l.codes, w.ID)
		next, err := l.file.RemoveWrap(l.ring, w.ID)
		must(l.t, err)
		must(l.t, keys.Tidy(l.devices, l.file, next))
		l.file = next
	}
}

// reseal ends the rotations so far.
func (l *life) reseal() {
	sealed, err := l.ring.WrapKey(database, l.secret.key)
	must(l.t, err)
	l.secret.sealed = sealed
	l.file, err = l.file.ForgetPrevious(l.ring)
	must(l.t, err)
}

func (l *life) check(where string, gone string) {
	l.t.Helper()
	for _, text := range l.passphrases {
		r, err := l.file.UnlockPassphrase(words(l.t, text), l.devices, nil)
		l.opens(where, r, err)
	}
	for _, code := range l.codes {
		r, err := l.file.UnlockRecovery(code, nil)
		l.opens(where, r, err)
	}
	r, err := l.file.UnlockEscrow(l.identity)
	l.opens(where, r, err)
	if len(l.devices.held) != len(l.passphrases) {
		l.t.Errorf("%s: %d keys in the keychain for %d passphrases", where, len(l.devices.held), len(l.passphrases))
	}
	if gone == "" {
		return
	}
	if _, err := l.file.UnlockPassphrase(words(l.t, gone), l.devices, nil); err == nil {
		l.t.Errorf("%s: a passphrase that was replaced still opens", where)
	}
	if _, err := l.file.UnlockRecovery(gone, nil); err == nil {
		l.t.Errorf("%s: a code that was replaced still opens", where)
	}
}

func (l *life) opens(where string, r *keys.Ring, err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatalf("%s: %v", where, err)
	}
	l.secret.checkOpens(l.t, r, nil)
}

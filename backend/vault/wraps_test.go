package vault_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"filippo.io/age"

	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

const (
	firstWords  = "ten green glass cabinets"
	secondWords = "violin harbour tangerine quartz"
)

// keychain is one in memory.
type keychain struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func (k *keychain) Get(name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secret, ok := k.kept[name]
	if !ok {
		return nil, keys.ErrNoDeviceKey
	}
	return slices.Clone(secret), nil
}

func (k *keychain) Set(name string, secret []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[name] = slices.Clone(secret)
	return nil
}

func (k *keychain) Delete(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.kept[name]; !ok {
		return keys.ErrNoDeviceKey
	}
	delete(k.kept, name)
	return nil
}

// template is a vault with firstWords and a dataset, made once because it takes
// seconds, and copied for each test.
var template struct {
	once sync.Once
	home string
	code string
	err  error
}

func realHome(t *testing.T) (home, code string) {
	t.Helper()
	template.once.Do(func() {
		if template.home, template.err = os.MkdirTemp("", "vault-test-"); template.err != nil {
			return
		}
		template.err = makeReal(template.home, &template.code)
	})
	must(t, template.err)
	home = newHome(t)
	must(t, os.CopyFS(home, os.DirFS(template.home)))
	return home, template.code
}

func makeReal(home string, code *string) error {
	v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock, Create: true, NewKeys: func(o keys.Options) (*keys.File, *keys.Ring, error) {
		p, err := keys.NewPassphrase([]byte(firstWords))
		if err != nil {
			return nil, nil, err
		}
		c, err := keys.Create(p, o)
		if err != nil {
			return nil, nil, err
		}
		*code = c.Recovery.Reveal()
		return c.File, c.Ring, nil
	}})
	if err != nil {
		return err
	}
	return errors.Join(publish(v, "a", "1", "word"), v.Close())
}

func words(t *testing.T, text string) *keys.Passphrase {
	t.Helper()
	p, err := keys.NewPassphrase([]byte(text))
	must(t, err)
	t.Cleanup(p.Destroy)
	return p
}

func byWords(t *testing.T, text string, devices keys.DeviceStore) func(*keys.File) (*keys.Ring, error) {
	p := words(t, text)
	return func(f *keys.File) (*keys.Ring, error) { return f.UnlockPassphrase(p, devices, nil) }
}

func byCode(code string) func(*keys.File) (*keys.Ring, error) {
	return func(f *keys.File) (*keys.Ring, error) { return f.UnlockRecovery(code, nil) }
}

func openBy(t *testing.T, home string, unlock func(*keys.File) (*keys.Ring, error)) *vault.Vault {
	t.Helper()
	v, err := vault.Open(context.Background(), home, vault.Options{Clock: clock, Unlock: unlock})
	must(t, err)
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// wantOpens opens a vault, reads it and closes it.
func wantOpens(t *testing.T, home string, unlock func(*keys.File) (*keys.Ring, error)) {
	t.Helper()
	v := openBy(t, home, unlock)
	if got := readDataset(t, v, "a", "1"); got != "word" {
		t.Errorf("read %q", got)
	}
	wantSound(t, v)
	must(t, v.Close())
}

func wantRefused(t *testing.T, home, code string, unlock func(*keys.File) (*keys.Ring, error)) {
	t.Helper()
	v, err := vault.Open(context.Background(), home, vault.Options{Unlock: unlock})
	if err == nil {
		must(t, v.Close())
	}
	wantCode(t, err, code)
}

func wrapIDs(v *vault.Vault, kind keys.Kind) (ids []string) {
	for _, w := range v.Wraps() {
		if w.Kind == kind {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

func TestChangePassphrase(t *testing.T) {
	ctx := context.Background()
	home, code := realHome(t)
	chain := &keychain{kept: map[string][]byte{}}
	v := openBy(t, home, byCode(code))
	_, err := v.ChangePassphrase(ctx, "", words(t, "short"), nil)
	wantCode(t, err, "passphrase-weak")
	set, err := v.ChangePassphrase(ctx, "", words(t, secondWords), chain)
	must(t, errors.Join(err, set.Keychain))
	if len(chain.kept) != 1 || set.Wrap != wrapIDs(v, keys.KindPassphrase)[0] {
		t.Errorf("%+v, %d keys in the keychain", set, len(chain.kept))
	}
	must(t, v.Close())
	wantOpens(t, home, byWords(t, secondWords, chain))
	wantRefused(t, home, "passphrase-wrong", byWords(t, firstWords, chain))
	wantRefused(t, home, "keychain-unavailable", byWords(t, secondWords, nil))

	// Another person's, and out again with what the keychain had of it.
	v = openBy(t, home, byCode(code))
	other, err := v.AddPassphrase(ctx, "Second reader", words(t, firstWords), chain)
	must(t, err)
	_, err = v.ChangePassphrase(ctx, "", words(t, secondWords), chain)
	wantCode(t, err, "wrap-ambiguous")
	if len(chain.kept) != 2 {
		t.Errorf("%d keys in the keychain", len(chain.kept))
	}
	must(t, v.RemoveWrap(ctx, other.Wrap, chain))
	if len(chain.kept) != 1 {
		t.Errorf("%d keys in the keychain", len(chain.kept))
	}
	wantCode(t, v.RemoveWrap(ctx, other.Wrap, chain), "wrap-unknown")
	must(t, v.RemoveWrap(ctx, set.Wrap, chain))
	_, err = v.ChangePassphrase(ctx, "", words(t, secondWords), chain)
	wantCode(t, err, "wrap-absent")
	wantCode(t, v.RemoveWrap(ctx, wrapIDs(v, keys.KindRecovery)[0], chain), "wrap-last")
	must(t, v.Close())
	wantOpens(t, home, byCode(code))
}

// TestARecoveryCodeThatNobodySawIsNeverTheOnlyOne: the former one goes when the
// new one was typed back.
func TestARecoveryCodeThatNobodySawIsNeverTheOnlyOne(t *testing.T) {
	ctx := context.Background()
	home, old := realHome(t)
	v := openBy(t, home, byCode(old))
	lost, err := v.RenewRecovery(ctx)
	must(t, err)
	fresh, err := v.RenewRecovery(ctx) // the first was not written down
	must(t, err)
	if ids := wrapIDs(v, keys.KindRecovery); len(ids) != 2 {
		t.Errorf("%d recovery codes", len(ids))
	}
	wantCode(t, v.ConfirmRecovery(ctx, lost.Reveal()), "recovery-code-wrong")
	must(t, v.ConfirmRecovery(ctx, old)) // the old one typed by mistake: both stay
	must(t, v.Close())
	wantRefused(t, home, "recovery-code-wrong", byCode(lost.Reveal()))
	wantOpens(t, home, byCode(old))
	v = openBy(t, home, byCode(fresh.Reveal()))
	must(t, v.ConfirmRecovery(ctx, fresh.Reveal()))
	must(t, v.Close())
	wantRefused(t, home, "recovery-code-wrong", byCode(old))
	wantOpens(t, home, byCode(fresh.Reveal()))
}

// TestRotationWithSecrets: what was given opens the vault, what was not is to be
// set again, escrow goes on, and an old copy of vault.json opens nothing.
func TestRotationWithSecrets(t *testing.T) {
	ctx := context.Background()
	home, code := realHome(t)
	identity, err := age.GenerateX25519Identity()
	must(t, err)
	v := openBy(t, home, byCode(code))
	must(t, v.AddEscrow(ctx, "Data office", identity.Recipient().String()))
	wantCode(t, v.AddEscrow(ctx, "Data office", "age1nonsense"), "escrow-recipient")
	for name, wrong := range map[string]struct {
		secrets keys.Secrets
		code    string
	}{
		"nothing":          {keys.Secrets{}, "rotate-nothing-given"},
		"wrong passphrase": {keys.Secrets{Passphrase: words(t, secondWords)}, "passphrase-wrong"},
		"mistyped code":    {keys.Secrets{Recovery: code[:len(code)-1]}, "recovery-code-typo"},
	} {
		_, err := v.Rotate(ctx, wrong.secrets, nil)
		if wantCode(t, err, wrong.code); readKeyPart(t, home).Keys.Epoch != 1 {
			t.Errorf("%s: rotated", name)
		}
	}
	before, err := os.ReadFile(filepath.Join(home, "vault.json"))
	must(t, err)
	done, err := v.Rotate(ctx, keys.Secrets{Passphrase: words(t, firstWords)}, nil)
	must(t, err)
	if done.Epoch != 2 || done.Unfinished || len(done.Renew) != 1 || done.Renew[0].Kind != keys.KindRecovery {
		t.Errorf("%+v", done)
	}
	must(t, v.Close())
	wantRefused(t, home, "wrap-renew", byCode(code))
	wantOpens(t, home, func(f *keys.File) (*keys.Ring, error) { return f.UnlockEscrow([]byte(identity.String())) })

	v = openBy(t, home, byWords(t, firstWords, nil))
	fresh, err := v.RenewRecovery(ctx)
	must(t, err)
	must(t, v.Close())
	wantOpens(t, home, byCode(fresh.Reveal()))
	onlyPresentKeys(t, home)
	put(t, filepath.Join(home, "vault.json"), string(before))
	wantRefused(t, home, "database-damaged", byCode(code))
}

// TestADemonstrationHasNoSecrets: nothing can be added to it or changed.
func TestADemonstrationHasNoSecrets(t *testing.T) {
	ctx, v := context.Background(), create(t, newHome(t))
	_, err := v.ChangePassphrase(ctx, "", words(t, firstWords), nil)
	wantCode(t, err, "demonstration-only")
	_, err = v.AddPassphrase(ctx, "Me", words(t, firstWords), nil)
	wantCode(t, err, "demonstration-only")
	_, err = v.RenewRecovery(ctx)
	wantCode(t, err, "demonstration-only")
	wantCode(t, v.AddEscrow(ctx, "Office", "age1"), "demonstration-only")
	wantCode(t, v.RemoveWrap(ctx, wrapIDs(v, keys.KindDemonstration)[0], nil), "wrap-last")
}

func init() {
	children["passphrase"] = func(home string) error {
		p, err := keys.NewPassphrase([]byte(secondWords))
		if err != nil {
			return err
		}
		v, err := vault.Open(context.Background(), home, vault.Options{Unlock: byCode(os.Getenv("VAULT_TEST_CODE"))})
		if err != nil {
			return err
		}
		_, err = v.ChangePassphrase(context.Background(), "", p, nil)
		return errors.Join(err, v.Close())
	}
}

// TestKilledWhileChangingThePassphrase: the former one opens the vault or the new
// one does, and the recovery code throughout.
func TestKilledWhileChangingThePassphrase(t *testing.T) {
	for _, step := range []string{"file vault.json: written", "file vault.json: synced", "file vault.json: renamed"} {
		home, code := realHome(t)
		runKilled(t, "passphrase", home, step, "VAULT_TEST_CODE="+code)
		opens := firstWords
		if step == "file vault.json: renamed" {
			opens = secondWords
		}
		wantOpens(t, home, byWords(t, opens, nil))
		wantOpens(t, home, byCode(code))
		checkTidyReal(t, home)
	}
}

func checkTidyReal(t *testing.T, home string) {
	t.Helper()
	if got := files(t, home); !slices.Equal(got, []string{"core.db", "core.seals", "datasets", "lock", "staging", "vault.json"}) {
		t.Errorf("the folder holds %q", got)
	}
}

// TestARealBackupOpensAsTheVaultDidThen: with the passphrase of that day.
func TestARealBackupOpensAsTheVaultDidThen(t *testing.T) {
	ctx := context.Background()
	home, code := realHome(t)
	v := openBy(t, home, byCode(code))
	_, err := v.Backup(ctx, home+"-backup")
	must(t, err)
	_, err = v.ChangePassphrase(ctx, "", words(t, secondWords), nil)
	must(t, err)
	_, err = v.Rotate(ctx, keys.Secrets{Passphrase: words(t, secondWords)}, nil)
	must(t, err)
	must(t, v.Close())
	_, err = vault.Restore(ctx, vault.Restoring{From: home + "-backup", To: home + "-restored"})
	wantCode(t, err, "vault-locked")
	_, err = vault.Restore(ctx, vault.Restoring{From: home + "-backup", To: home + "-restored", Unlock: byWords(t, secondWords, nil)})
	wantCode(t, err, "passphrase-wrong")
	_, err = vault.Restore(ctx, vault.Restoring{From: home + "-backup", To: home + "-restored", Unlock: byWords(t, firstWords, nil)})
	must(t, err)
	wantOpens(t, home+"-restored", byCode(code))
}

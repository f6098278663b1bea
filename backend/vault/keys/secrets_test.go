package keys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

// canaries are the secrets of a vault in the spellings they could leak in.
type canaries map[string]string

func (c canaries) add(name string, secret []byte) {
	c[name] = string(secret)
	c[name+", hexadecimal"] = hex.EncodeToString(secret)
	c[name+", base64"] = strings.TrimRight(base64.StdEncoding.EncodeToString(secret), "=")
	c[name+", as numbers"] = strings.Trim(fmt.Sprint(secret), "[]")
	c[name+", as Go"] = strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", secret), "[]byte{"), "}")
}

func (c canaries) check(t *testing.T, where, text string) {
	t.Helper()
	for name, canary := range c {
		if strings.Contains(text, canary) || strings.Contains(strings.ToLower(text), strings.ToLower(canary)) {
			t.Errorf("%s shows the %s", where, name)
		}
	}
}

// checkValue prints, encodes and logs a value in every way there is.
func (c canaries) checkValue(t *testing.T, name string, value any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		c.check(t, name+" as "+verb, fmt.Sprintf(verb, value))
		c.check(t, name+" inside as "+verb, fmt.Sprintf(verb, struct{ hidden any }{value}))
		c.check(t, name+" in a list as "+verb, fmt.Sprintf(verb, []any{value}))
	}
	data, err := json.Marshal(value)
	if err == nil {
		c.check(t, name+" as JSON", string(data))
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("event", "value", value)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("event", "value", value)
	c.check(t, name+" in the log", log.String())
	if err, ok := value.(error); ok {
		for ; err != nil; err = errors.Unwrap(err) {
			c.check(t, name, err.Error())
			var p *problem.Problem
			if errors.As(err, &p) {
				c.check(t, name, fmt.Sprintf("%+v", *p))
			}
		}
	}
}

func TestNothingShowsASecret(t *testing.T) {
	canary := canaries{}
	canary.add("passphrase", []byte(ownWords))
	canary.add("wrong passphrase", []byte(newWords))
	w := newFull(t, keys.Standard)
	canary.add("recovery code", []byte(w.code))
	canary.add("recovery code without dashes", []byte(strings.ReplaceAll(w.code, "-", "")))
	canary.add("escrow identity", bytes.Split(w.identity, []byte("\n"))[1])
	for _, stored := range w.devices.held {
		canary.add("device key, stored", []byte(stored))
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(stored, "vitrine-device-1:"))
		must(t, err)
		canary.add("device key", raw)
	}
	must(t, w.secret.key.Use(func(b []byte) error { canary.add("database key", bytes.Clone(b)); return nil }))

	code, err := keys.ParseRecoveryCode(w.code)
	must(t, err)
	created, err := keys.Create(words(t, ownWords), options(keys.Standard, nil))
	must(t, err)
	canary.add("another recovery code", []byte(created.Recovery.Reveal()))
	for name, value := range map[string]any{
		"key": w.secret.key, "key by value": *w.secret.key, "passphrase": words(t, ownWords), "passphrase by value": *words(t, ownWords),
		"ring": w.ring, "ring by value": *w.ring, "code": code, "code by value": *code, "file": w.file, "file by value": *w.file,
		"created": created, "created by value": *created, "wraps": w.file.Wraps(), "strength": keys.Judge(words(t, ownWords)),
		"secrets": keys.Secrets{Passphrase: words(t, ownWords)}, "owner": struct{ k *keys.Key }{w.secret.key}, "owner by value": struct{ k keys.Key }{*w.secret.key},
	} {
		canary.checkValue(t, name, value)
	}
	for name, err := range w.everyError(t) {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		canary.checkValue(t, name, err)
	}
}

// everyError provokes what can go wrong with secrets in hand.
func (w full) everyError(t *testing.T) map[string]error {
	t.Helper()
	errs := map[string]error{}
	keep := func(name string, _ any, err error) { errs[name] = err }
	wrong := func() *keys.Passphrase { return words(t, newWords) }
	leaky := &keychain{failing: func(string) error { return nil }, held: w.devices.held}
	_, stranger, err := keys.GenerateEscrow(keys.Standard)
	must(t, err)

	r, err := w.file.UnlockPassphrase(wrong(), w.devices, nil)
	keep("wrong passphrase", r, err)
	r, err = w.file.UnlockPassphrase(words(t, ownWords), nil, nil)
	keep("no keychain", r, err)
	guard := &keys.Guard{Clock: at}
	for range 5 {
		r, err = w.file.UnlockPassphrase(wrong(), leaky, guard)
	}
	keep("wait", r, err)
	r, err = w.file.UnlockRecovery(w.code[:47], nil)
	keep("code cut", r, err)
	r, err = w.file.UnlockRecovery(w.code+w.code, nil)
	keep("code twice", r, err)
	r, err = w.file.UnlockRecovery(strings.Replace(w.code, w.code[:1], "*", 1), nil)
	keep("code with a strange character", r, err)
	r, err = w.file.UnlockEscrow(append([]byte("x"), w.identity...))
	keep("identity garbled", r, err)
	r, err = w.file.UnlockEscrow(bytes.ReplaceAll(w.identity, []byte("AGE-SECRET-KEY-1"), []byte("AGE-SECRET-KEY-2")))
	keep("identity with a typing error", r, err)
	r, err = w.file.UnlockEscrow(stranger)
	keep("another's identity", r, err)
	f, err := w.file.AddEscrow(w.ring, "IT", string(w.identity), noon)
	keep("private key as recipient", f, err)
	c, err := w.file.AddPassphrase(w.ring, "line\n", words(t, ownWords), nil, noon)
	keep("label", c, err)
	_, err = keys.NewPassphrase([]byte(ownWords + "\n"))
	keep("line end", nil, err)
	_, err = keys.NewPassphrase(append([]byte(ownWords), 0xff))
	keep("not text", nil, err)
	rotated, err := w.file.Rotate(w.ring, keys.Secrets{Passphrase: wrong(), Devices: w.devices, Recovery: w.code})
	keep("rotate", rotated, err)
	_, err = w.file.SetFact(w.ring, "a", ownWords+"\n")
	keep("fact", nil, err)
	key, err := w.ring.UnwrapKey(keys.Database{Name: "lung@1"}, w.secret.sealed)
	keep("database key", key, err)
	return errs
}

// TestAPanicShowsNoSecret: what a program says as it dies goes into logs.
func TestAPanicShowsNoSecret(t *testing.T) {
	canary := canaries{}
	k := keys.NewKey()
	must(t, k.Use(func(b []byte) error { canary.add("key", bytes.Clone(b)); return nil }))
	defer func() { canary.checkValue(t, "panic", recover()) }()
	panic(fmt.Errorf("with %v and %+v: %w", k, []*keys.Key{k}, errors.New("a fault")))
}

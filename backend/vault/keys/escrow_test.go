package keys_test

import (
	"bytes"
	"crypto/sha512"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"vitrine/backend/vault/keys"
)

// TestAWrapMadeByAgeOpens makes the escrow's seal with the age library alone, as
// FORMAT.md describes it.
func TestAWrapMadeByAgeOpens(t *testing.T) {
	officer, err := age.GenerateX25519Identity()
	must(t, err)
	f, r, code := create(t, options(keys.Standard, nil))
	f, err = f.AddEscrow(r, "IT", officer.Recipient().String(), noon)
	must(t, err)
	w := wrapOf(t, f, keys.KindEscrow)
	key := openWithAge(t, f, officer)

	bound := sha512.Sum512(keys.EscrowBinding(f, w.ID))
	other, err := keys.WithSealed(f, r, w.ID, sealWithAge(t, append(bound[:], key...), officer.Recipient()))
	must(t, err)
	s := hide(t, r)
	got, err := reread(t, other).UnlockEscrow([]byte(officer.String()))
	s.checkOpens(t, got, err)

	for name, plain := range map[string][]byte{
		"bound to something else": append(make([]byte, 64), key...),
		"too short":               key, "nothing": {}, "too long": make([]byte, 97),
	} {
		bad, err := keys.WithSealed(f, r, w.ID, sealWithAge(t, plain, officer.Recipient()))
		must(t, err)
		if _, err := bad.UnlockEscrow([]byte(officer.String())); err == nil {
			t.Errorf("%s: opened", name)
		} else {
			wantCode(t, err, "escrow-wrong")
		}
		opened, err := bad.UnlockRecovery(code, nil)
		must(t, err)
		opened.Destroy()
	}
}

// openWithAge is what an officer does who has no Vitrine: `age -d -i identity`.
func openWithAge(t *testing.T, f *keys.File, officer *age.X25519Identity) []byte {
	t.Helper()
	sealed := keys.Sealed(f, wrapOf(t, f, keys.KindEscrow).ID)
	in, err := age.Decrypt(bytes.NewReader(sealed), officer)
	must(t, err)
	plain, err := io.ReadAll(in)
	must(t, err)
	if len(plain) != 96 {
		t.Fatalf("%d bytes in the escrow", len(plain))
	}
	return plain[64:]
}

func sealWithAge(t *testing.T, plain []byte, to age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	must(t, err)
	_, err = w.Write(plain)
	must(t, err)
	must(t, w.Close())
	return out.Bytes()
}

// TestKeysOfOpenSSLServe: testdata/openssl/README.md says how they were made.
func TestKeysOfOpenSSLServe(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", "openssl", name))
		must(t, err)
		return data
	}
	for _, profile := range profiles {
		o := options(profile, nil)
		o.Escrow = []string{string(read("public.pem"))}
		f, r, _ := create(t, o)
		s := hide(t, r)
		for _, identity := range []string{"sec1.pem", "pkcs8.pem"} {
			got, err := reread(t, f).UnlockEscrow(read(identity))
			s.checkOpens(t, got, err)
		}
		_, err := f.UnlockEscrow(read("p384.pem"))
		wantCode(t, err, "escrow-identity")
		_, err = f.UnlockEscrow(read("public.pem"))
		wantCode(t, err, "escrow-identity")
		_, err = f.AddEscrow(r, "IT", string(read("p384-public.pem")), noon)
		wantCode(t, err, "escrow-recipient")
		_, err = f.AddEscrow(r, "Again", string(read("public.pem")), noon)
		wantCode(t, err, "escrow-known")
	}
}

func TestRecipientsThatAreNone(t *testing.T) {
	f, r, _ := create(t, options(keys.Standard, nil))
	_, identity, err := keys.GenerateEscrow(keys.Standard)
	must(t, err)
	for name, to := range map[string]string{
		"empty": "", "age, cut": "age1qqqq", "private key": string(identity), "ssh": "ssh-ed25519 AAAA", "point": "p256:AAAA",
		"point at infinity": "p256:AA==", "not base64": "p256:*", "pem": "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		"post-quantum": "age1pq1qqqq",
	} {
		_, err := f.AddEscrow(r, "IT", to, noon)
		p := wantCode(t, err, "escrow-recipient")
		if to != "" && strings.Contains(p.Error(), to) {
			t.Errorf("%s: the problem repeats what was given", name)
		}
	}
}

func TestSeveralOfficersEachOpen(t *testing.T) {
	o := options(keys.Standard, nil)
	var identities [][]byte
	for _, profile := range []keys.Profile{keys.Standard, keys.FIPS, keys.Standard} {
		public, identity, err := keys.GenerateEscrow(profile)
		must(t, err)
		o.Escrow = append(o.Escrow, public)
		identities = append(identities, identity)
	}
	f, r, _ := create(t, o)
	s := hide(t, r)
	for _, identity := range identities {
		got, err := f.UnlockEscrow(identity)
		s.checkOpens(t, got, err)
	}
	// One file may hold several identities; the right one need not be first.
	got, err := f.UnlockEscrow(slices.Concat([]byte("# kept in the safe\n"), mustGenerate(t), identities[2]))
	s.checkOpens(t, got, err)
}

func mustGenerate(t *testing.T) []byte {
	t.Helper()
	_, identity, err := keys.GenerateEscrow(keys.Standard)
	must(t, err)
	return identity
}

// FuzzEscrowIdentity: an identity file comes from anywhere.
func FuzzEscrowIdentity(f *testing.F) {
	w := newFull(f, keys.Standard)
	f.Add([]byte("AGE-SECRET-KEY-1"))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"))
	f.Add([]byte(armor.Header))
	f.Fuzz(func(t *testing.T, identity []byte) {
		r, err := w.file.UnlockEscrow(identity)
		if err == nil {
			r.Destroy()
			t.Error("opened by a file that nobody handed the key to")
		}
	})
}

package keys

import (
	"encoding/json"
	"errors"

	"vitrine/backend/problem"
)

const maxDemonstrationFile = 4096

// demonstrationFile is what lies beside a demonstration vault.
type demonstrationFile struct {
	Version int    `json:"vitrine_demonstration_key"`
	Vault   string `json:"vault"`
	Notice  string `json:"notice"`
	Key     []byte `json:"key"`
}

const demonstrationNotice = "This file opens the demonstration vault beside it. A vault with data about participants never has such a file."

// CreateDemonstration makes the keys of a demonstration vault, which opens without
// typing, and the content of the key file to lie beside it.
func CreateDemonstration(o Options) (*File, *Ring, []byte, error) {
	o.Profile = orStandard(o.Profile)
	d, err := newDocument(o)
	if err != nil {
		return nil, nil, nil, err
	}
	d.Demonstration = true
	vaultKey, beside := NewKey(), NewKey()
	defer beside.Destroy()
	w := newWrap(KindDemonstration, o.Label, o.now())
	if err := w.sealDemonstration(&d, vaultKey, beside); err != nil {
		vaultKey.Destroy()
		return nil, nil, nil, err
	}
	d.Wraps = []wrap{w}
	var file []byte
	err = beside.Use(func(b []byte) (err error) {
		file, err = json.MarshalIndent(demonstrationFile{Version: formatVersion, Vault: o.Vault, Notice: demonstrationNotice, Key: b}, "", "  ")
		return err
	})
	if err != nil {
		vaultKey.Destroy()
		return nil, nil, nil, err
	}
	f, r, err := finishNew(d, vaultKey, o.limits())
	return f, r, append(file, '\n'), err
}

func (w *wrap) sealDemonstration(d *document, vaultKey, beside *Key) error {
	w.Kind, w.Renew, w.Salt = KindDemonstration, false, newSalt()
	under, err := w.demonstrationKey(d, beside)
	if err != nil {
		return err
	}
	defer under.Destroy()
	w.Sealed, err = seal(under, vaultKey, w.aad(d))
	return err
}

func (w *wrap) openDemonstration(d *document, beside *Key) (*Key, error) {
	under, err := w.demonstrationKey(d, beside)
	if err != nil {
		return nil, err
	}
	defer under.Destroy()
	return unseal(under, w.Sealed, w.aad(d))
}

func (w *wrap) demonstrationKey(d *document, beside *Key) (*Key, error) {
	var key *Key
	err := beside.Use(func(b []byte) (err error) {
		key, err = derive(b, w.Salt, newSequence("vitrine key file 1: demonstration").text(d.Vault).text(w.ID))
		return err
	})
	return key, err
}

// parseDemonstration reads a key file that belongs to the vault.
func (f *File) parseDemonstration(keyFile []byte) (*Key, error) {
	bad := problem.New(problem.Unavailable, "demonstration-key", "The key file beside this demonstration vault is damaged or of another vault.").
		Try("Make the demonstration vault again; its data is public and can be fetched again.")
	var in demonstrationFile
	if len(keyFile) > maxDemonstrationFile || json.Unmarshal(keyFile, &in) != nil ||
		in.Version != formatVersion || in.Vault != f.doc.Vault || len(in.Key) != KeySize {
		wipe(in.Key)
		return nil, bad
	}
	return KeyFrom(in.Key)
}

// UnlockDemonstration opens a demonstration vault with the content of the key
// file beside it. Problems: "demonstration-only" for a real vault, whatever the
// file holds; "demonstration-key"; "vault-keys-edited".
func (f *File) UnlockDemonstration(keyFile []byte) (*Ring, error) {
	if !f.doc.Demonstration {
		return nil, problem.New(problem.Forbidden, "demonstration-only", "Only a demonstration vault opens with a key that lies beside it.").
			Try("Open this vault with its passphrase or its recovery code.")
	}
	beside, err := f.parseDemonstration(keyFile)
	if err != nil {
		return nil, err
	}
	defer beside.Destroy()
	wraps, err := f.openable(KindDemonstration, "a key file")
	if err != nil {
		return nil, err
	}
	key, err := wraps[0].openDemonstration(&f.doc, beside)
	if errors.Is(err, errSeal) {
		return nil, problem.New(problem.Forbidden, "demonstration-key", "The key file beside this demonstration vault does not open it.").
			Try("Make the demonstration vault again; its data is public and can be fetched again.")
	}
	if err != nil {
		return nil, err
	}
	return f.ring(key)
}

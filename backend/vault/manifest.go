package vault

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

const (
	manifestName         = "vault.json"
	demonstrationKeyName = "demonstration.key"
	formatVersion        = 2
	manifestLimit        = 1 << 20 // bytes; a real one has some thousand
)

// Encrypted is the only value that Info.Protection has in format 2.
const Encrypted = "encrypted"

// Info is what vault.json says to whoever opens it.
type Info struct {
	Format        int       `json:"vitrine_vault" doc:"Format version of the vault folder"`
	ID            string    `json:"id" doc:"Random name of the vault, 32 hexadecimal digits"`
	CreatedAt     time.Time `json:"created_at"`
	Protection    string    `json:"protection" doc:"encrypted: every page is sealed with AES-256-GCM"`
	Demonstration bool      `json:"demonstration" doc:"Only public demonstration data may be put in; the key lies beside it"`
	Notice        string    `json:"notice"`
}

// manifest is vault.json: Info, and the wraps of the vault key.
type manifest struct {
	Info
	keys *keys.File
}

// stored is a manifest as it is written.
type stored struct {
	Info
	Keys json.RawMessage `json:"keys"`
}

// What the keys authenticate besides themselves.
const (
	factCoreKey   = "core_key"   // core.db's keys, sealed by the vault key
	factCreatedAt = "created_at" // Info.CreatedAt
)

// newManifest makes a vault's identity and keys. The ring is kept open in v.
func (v *Vault) newManifest(opt Options) (*manifest, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, fmt.Errorf("name the vault: %w", err)
	}
	m := &manifest{Info: Info{
		Format: formatVersion, ID: hex.EncodeToString(id), CreatedAt: v.clock().UTC().Truncate(time.Second),
		Protection: Encrypted, Demonstration: opt.Demonstration, Notice: notice(opt.Demonstration),
	}}
	var err error
	if m.keys, v.ring, err = v.newKeys(m.ID, opt); err != nil {
		return nil, err
	}
	return m.withFacts(v.ring)
}

func notice(demonstration bool) string {
	if demonstration {
		return "The data in this folder is encrypted, but the key lies beside it: it is for public demonstration data only."
	}
	return "The data in this folder is encrypted. Without the passphrase or the recovery code nobody can read it."
}

func (v *Vault) newKeys(id string, opt Options) (*keys.File, *keys.Ring, error) {
	o := keys.Options{Vault: id, Clock: v.clock}
	if !opt.Demonstration {
		return opt.NewKeys(o)
	}
	o.Label = "Demonstration"
	file, ring, beside, err := keys.CreateDemonstration(o)
	if err != nil {
		return nil, nil, err
	}
	return file, ring, WriteFile(filepath.Join(v.home, demonstrationKeyName), 0o600, func(w io.Writer) error {
		_, err := w.Write(beside)
		return err
	})
}

// withFacts makes core.db's key and has the vault key authenticate what else
// vault.json says.
func (m *manifest) withFacts(ring *keys.Ring) (*manifest, error) {
	set := oneKey(keys.NewKey())
	defer set.destroy()
	m, err := m.withCoreKeys(ring, set)
	if err != nil {
		return nil, err
	}
	return m.withFact(ring, factCreatedAt, m.CreatedAt.Format(time.RFC3339))
}

// unlock opens the vault key: of a demonstration with the key beside it, else as
// the caller can.
func (v *Vault) unlock(m *manifest, opt Options) (*keys.Ring, error) {
	if m.keys.Demonstration() {
		path := filepath.Join(v.home, demonstrationKeyName)
		beside, err := os.ReadFile(path)
		if err != nil {
			return nil, FileProblem(err, path)
		}
		ring, err := m.keys.UnlockDemonstration(beside)
		return ring, placed(err, path)
	}
	if opt.Unlock == nil {
		return nil, problem.New(problem.Locked, "vault-locked", "This vault is locked.").At(v.home).
			Try("Open it with its passphrase: --passphrase-file or VITRINE_PASSPHRASE_FILE names a file that holds it.")
	}
	ring, err := opt.Unlock(m.keys)
	return ring, placed(err, filepath.Join(v.home, manifestName))
}

// placed names the file that a problem with the keys is about.
func placed(err error, path string) error {
	if p := problem.From(err); p != nil && p.Place == "" {
		p.Place = path
	}
	return err
}

// authentic compares what vault.json says to readers with what its keys
// authenticate. The keys were unlocked before.
func (m *manifest) authentic(home string) error {
	created, _ := m.keys.Fact(factCreatedAt)
	if m.keys.Vault() != m.ID || m.keys.Demonstration() != m.Demonstration || created != m.CreatedAt.UTC().Format(time.RFC3339) {
		return badManifest(filepath.Join(home, manifestName), "What it says does not agree with its keys: it was edited.")
	}
	return nil
}

func (m *manifest) write(home string) error {
	part, err := m.keys.MarshalJSON()
	if err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	return WriteFile(filepath.Join(home, manifestName), 0o600, func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(stored{m.Info, part})
	})
}

// readManifest reads vault.json and refuses what this program must not open.
func readManifest(home string) (*manifest, error) {
	path := filepath.Join(home, manifestName)
	file, err := os.Open(path)
	if err != nil {
		return nil, FileProblem(err, path)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, manifestLimit+1))
	if err != nil {
		return nil, FileProblem(err, path)
	}
	return parseManifest(data, path)
}

// parseManifest reads the version first: the rest may mean something else in
// another format.
func parseManifest(data []byte, path string) (*manifest, error) {
	var head struct {
		Format *int `json:"vitrine_vault"`
	}
	if len(data) > manifestLimit {
		return nil, badManifest(path, "It is longer than any vault.json.")
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format == nil || *head.Format < 1 {
		return nil, badManifest(path, "It is not the JSON that Vitrine wrote.")
	}
	switch {
	case *head.Format > formatVersion:
		return nil, newer(path)
	case *head.Format < formatVersion:
		return nil, older(path)
	}
	return parseFormat2(data, path)
}

func parseFormat2(data []byte, path string) (*manifest, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, badManifest(path, "A field has the wrong type.")
	}
	if id, err := hex.DecodeString(s.ID); err != nil || len(id) != 16 || s.CreatedAt.IsZero() {
		return nil, badManifest(path, "The fields id and created_at are missing or not as Vitrine wrote them.")
	}
	if s.Protection == "" || len(s.Keys) == 0 {
		return nil, badManifest(path, "The fields protection and keys are missing.")
	}
	if s.Protection != Encrypted {
		return nil, newer(path)
	}
	file, err := keys.Parse(s.Keys)
	if err != nil {
		return nil, placed(err, path)
	}
	return &manifest{s.Info, file}, nil
}

func badManifest(path, what string) error {
	p := damaged(path, "The vault's own description, vault.json, cannot be used. "+what)
	return p.Try("Put vault.json back from a backup; the data beside it is untouched.")
}

// newer is the problem of anything written by a program ahead of this one.
func newer(path string) *problem.Problem {
	return problem.New(problem.Conflict, "vault-newer", "This vault was made or last used by a newer Vitrine.").
		At(path).Try("Update Vitrine on this computer; nothing was changed.")
}

// older is the problem of a vault from before encryption, which held public
// demonstration data only.
func older(path string) *problem.Problem {
	return problem.New(problem.Conflict, "vault-older", "This demonstration vault was made before Vitrine encrypted.").
		At(path).Try("Its data is public: remove the folder, or name another with --home, and load the demonstration again.")
}

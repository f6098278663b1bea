package vault

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"vitrine/backend/problem"
)

const (
	manifestName  = "vault.json"
	formatVersion = 1
	manifestLimit = 1 << 20 // bytes; a real one has some hundred
)

// Unprotected is the only value that Info.Protection has in format 1: nothing
// keeps the data from those who can read the disk, so it must be public.
const Unprotected = "none"

// Info is what vault.json says.
type Info struct {
	Format        int       `json:"vitrine_vault" doc:"Format version of the vault folder"`
	ID            string    `json:"id" doc:"Random name of the vault, 32 hexadecimal digits"`
	CreatedAt     time.Time `json:"created_at"`
	Protection    string    `json:"protection" doc:"none: the data is not encrypted"`
	Demonstration bool      `json:"demonstration" doc:"Only public demonstration data may be put in"`
	Notice        string    `json:"notice"`
}

func newInfo(now time.Time, demonstration bool) (Info, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return Info{}, err
	}
	return Info{
		Format: formatVersion, ID: hex.EncodeToString(id), CreatedAt: now.UTC().Truncate(time.Second),
		Protection: Unprotected, Demonstration: demonstration,
		Notice: "Nothing in this folder is encrypted. It is for public demonstration data only.",
	}, nil
}

func writeManifest(home string, info Info) error {
	return WriteFile(filepath.Join(home, manifestName), 0o600, func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(info)
	})
}

// readManifest reads vault.json and refuses what this program must not open.
func readManifest(home string) (Info, error) {
	path := filepath.Join(home, manifestName)
	file, err := os.Open(path)
	if err != nil {
		return Info{}, FileProblem(err, path)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, manifestLimit+1))
	if err != nil {
		return Info{}, FileProblem(err, path)
	}
	return parseManifest(data, path)
}

// parseManifest reads the version first: the rest may mean something else in a
// newer format.
func parseManifest(data []byte, path string) (Info, error) {
	var head struct {
		Format *int `json:"vitrine_vault"`
	}
	if len(data) > manifestLimit {
		return Info{}, badManifest(path, "It is longer than any vault.json.")
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format == nil || *head.Format < 1 {
		return Info{}, badManifest(path, "It is not the JSON that Vitrine wrote.")
	}
	if *head.Format > formatVersion {
		return Info{}, newer(path)
	}
	var info Info
	if err := json.Unmarshal(data, &info); err != nil {
		return Info{}, badManifest(path, "A field has the wrong type.")
	}
	if id, err := hex.DecodeString(info.ID); err != nil || len(id) != 16 || info.CreatedAt.IsZero() {
		return Info{}, badManifest(path, "The fields id and created_at are missing or not as Vitrine wrote them.")
	}
	if info.Protection == "" {
		return Info{}, badManifest(path, "The field protection is missing.")
	}
	if info.Protection != Unprotected {
		return Info{}, newer(path)
	}
	return info, nil
}

func badManifest(path, what string) error {
	p := damaged(path, "The vault's own description, vault.json, cannot be read. "+what)
	return p.Try("Put vault.json back from a backup; the data beside it is untouched.")
}

// newer is the problem of anything written by a program ahead of this one.
func newer(path string) *problem.Problem {
	return problem.New(problem.Conflict, "vault-newer", "This vault was made or last used by a newer Vitrine.").
		At(path).Try("Update Vitrine on this computer; nothing was changed.")
}

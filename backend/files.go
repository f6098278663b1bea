package backend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"vitrine/backend/figure"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

// maxRead bounds what is read whole: models, definitions, small tables.
const maxRead = 512 << 20

// ReadDocument reads a document that a person wrote: a cohort definition or an
// analysis. It touches no participant data.
func ReadDocument(path string) ([]byte, error) { return readFile(path) }

// readFile reads a file that a person named, with a problem that names it.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, vault.FileProblem(err, path)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxRead+1))
	if err != nil {
		return nil, vault.FileProblem(err, path)
	}
	if len(data) > maxRead {
		return nil, problem.New(problem.TooLarge, "file-too-large",
			fmt.Sprintf("The file is larger than %d MB.", maxRead>>20)).At(path).Try("Check that this is the right file.")
	}
	return data, nil
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// draw renders a scene for a theme by name; "" is light.
func draw(s *figure.Scene, theme string) ([]byte, error) {
	if theme == "" {
		theme = "light"
	}
	t, ok := figure.ThemeNamed(theme)
	if !ok {
		return nil, problem.New(problem.Invalid, "theme-unknown", "A figure is drawn light, dark or print.").At("/theme")
	}
	var out bytes.Buffer
	if err := figure.SVG(&out, s, t); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

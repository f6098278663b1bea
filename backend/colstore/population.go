package colstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// population numbers its participants in order of first appearance.
type population struct {
	index map[string]int32
	keys  []string
	size  int
}

// number gives a participant's index, a new one where the key is new.
func (p *population) number(key string) (int32, error) {
	if i, ok := p.index[key]; ok {
		return i, nil
	}
	if p.size == math.MaxInt32 {
		return 0, problem.New(problem.TooLarge, "too-many-participants",
			"The population has more participants than Vitrine can number.").Try("Divide the dataset.")
	}
	i := int32(p.size)
	p.index[key] = i
	p.keys = append(p.keys, key)
	p.size++
	return i, nil
}

func (p *population) save(ctx context.Context, tx *sql.Tx, id catalog.PopulationID) error {
	keys := []byte{}
	if len(p.keys) > 0 {
		var err error
		if keys, err = encodeDictionary(p.keys); err != nil {
			return fmt.Errorf("write population %s: %w", id, err)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO colstore_population (id, size, keys, sha256) VALUES (?, ?, ?, ?)`,
		string(id), p.size, keys, checksum("", string(id), "keys", keys))
	if err != nil {
		return fmt.Errorf("write population %s: %w", id, err)
	}
	return nil
}

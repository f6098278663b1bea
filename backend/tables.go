package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"vitrine/backend/bucket"
	"vitrine/backend/catalog"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// openTable opens a table's file for streaming, after its size and SHA-256 are
// those of the descriptor: nothing is decoded that the publisher did not write.
func openTable(ctx context.Context, source bucket.Bucket, t *catalog.Table) (tabular.Reader, error) {
	info, err := verify(ctx, source, t)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(t.File, ".csv") {
		body, _, err := source.Get(ctx, t.File, bucket.Range{}, info.ETag)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", t.File, err)
		}
		reader, err := tabular.OpenCSV(body, t)
		if err != nil {
			return nil, join(err, body.Close())
		}
		return &closing{reader, body}, nil
	}
	return tabular.OpenParquet(bucket.ReaderAt(ctx, source, info), info.Size, t)
}

func verify(ctx context.Context, source bucket.Bucket, t *catalog.Table) (bucket.Info, error) {
	body, info, err := source.Get(ctx, t.File, bucket.Range{}, "")
	if errors.Is(err, bucket.ErrNotExist) {
		return info, problem.New(problem.NotFound, "table-missing", fmt.Sprintf("The file of table %s is missing.", t.ID)).
			At(t.File).Try("Copy the whole dataset folder again.").Because(err)
	}
	if err != nil {
		return info, fmt.Errorf("open %s: %w", t.File, err)
	}
	defer body.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, body)
	if err != nil {
		return info, fmt.Errorf("read %s: %w", t.File, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); size != t.Bytes || got != t.SHA256 {
		return info, problem.New(problem.Invalid, "table-altered",
			fmt.Sprintf("The file of table %s is not the one its descriptor speaks of: %d bytes where %d were published, or other content.", t.ID, size, t.Bytes)).
			At(t.File).Try("It was cut, damaged or changed on the way: copy the dataset folder again.")
	}
	return info, nil
}

// closing closes the file with the reader over it.
type closing struct {
	tabular.Reader
	file io.Closer
}

func (c *closing) Close() error { return join(c.Reader.Close(), c.file.Close()) }

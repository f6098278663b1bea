package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ReaderAt reads an object at any place, by one ranged Get for each call, all of the
// version that info describes: when the object changes meanwhile, reading fails with
// ErrPrecondition rather than mixing two versions.
func ReaderAt(ctx context.Context, b Bucket, info Info) io.ReaderAt {
	return &readerAt{ctx, b, info}
}

type readerAt struct {
	ctx    context.Context
	bucket Bucket
	info   Info
}

func (r *readerAt) ReadAt(p []byte, at int64) (n int, err error) {
	if at < 0 {
		return 0, fmt.Errorf("read %s at %d: %w", r.info.Key, at, ErrRange)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if at >= r.info.Size {
		return 0, io.EOF
	}
	body, _, err := r.bucket.Get(r.ctx, r.info.Key, Range{at, int64(len(p))}, r.info.ETag)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closing := body.Close(); err == nil { // io.EOF must stay io.EOF
			err = closing
		}
	}()
	n, err = io.ReadFull(body, p)
	if errors.Is(err, io.ErrUnexpectedEOF) && at+int64(n) == r.info.Size {
		return n, io.EOF
	}
	return n, err
}

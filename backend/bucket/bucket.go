// Package bucket reads and writes objects by key: a folder now, S3 beside it. What a
// dataset is made of comes from a Bucket and published releases go to one; nothing
// above this package knows which kind it is.
//
// The contract is in the comments of Bucket and is checked by the suite in
// buckettest, which every implementation passes. A Bucket does not interpret what it
// holds and does not verify it: readers compare checksums with what a descriptor says.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Errors that callers branch on. Implementations wrap them.
var (
	ErrNotExist     = errors.New("object does not exist")
	ErrPrecondition = errors.New("object is not as the condition demands")
	ErrRange        = errors.New("range begins behind the end of the object")
	ErrKey          = errors.New("key is not allowed")
)

// Bucket holds objects. Keys are slash-separated paths (see CheckKey). All methods
// may be called from several goroutines at once. Every method answers ErrKey for a
// key that CheckKey refuses, before anything else, and stops with ctx's error when
// ctx ends.
type Bucket interface {
	// Head describes an object; ErrNotExist where there is none.
	Head(ctx context.Context, key string) (Info, error)

	// Get opens a range of an object and describes the whole of it. ifMatch, where
	// not empty, must be the object's ETag (ErrPrecondition). A range that begins
	// behind the last byte is ErrRange; one that ends behind it is cut short. What is
	// read is one version of the object, whatever is put meanwhile. The caller closes
	// the reader; ctx governs reading too.
	Get(ctx context.Context, key string, r Range, ifMatch string) (io.ReadCloser, Info, error)

	// Put stores all of r under key, or nothing: a reader sees the object that was
	// there or the new one, also after a crash, a full disk, an error of r or the end
	// of ctx. Where a condition of the options does not hold it is ErrPrecondition.
	// Putting the same bytes twice may give another ETag.
	Put(ctx context.Context, key string, r io.Reader, options PutOptions) (Info, error)

	// List calls yield for every object whose key begins with prefix (any text, not
	// only a whole path element), ascending by the bytes of the key, one call at a
	// time, from the caller's goroutine. An error of yield ends the list and is
	// returned. Objects put or deleted meanwhile may or may not be listed.
	List(ctx context.Context, prefix string, yield func(Info) error) error

	// Delete removes an object. That there is none is not an error.
	Delete(ctx context.Context, key string) error
}

// Info describes an object.
type Info struct {
	Key      string
	Size     int64
	ETag     string    // changes when the object does; to be compared, not understood
	Modified time.Time // of this version, as the store tells it
}

// Range is a run of an object's bytes. The zero Range is all of it.
type Range struct {
	Offset int64
	Length int64 // 0: up to the end
}

// PutOptions are conditions; the zero value has none.
type PutOptions struct {
	IfNoneMatch bool   // only where there is no object
	IfMatch     string // only where the object has this ETag
}

// check refuses ranges that mean nothing.
func (r Range) check() error {
	if r.Offset < 0 || r.Length < 0 {
		return fmt.Errorf("range from %d of %d bytes: %w", r.Offset, r.Length, ErrRange)
	}
	return nil
}

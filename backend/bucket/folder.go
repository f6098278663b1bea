package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"vitrine/backend/problem"
)

// unfinished begins the names of files that Put has not finished. A crash can leave
// one; it is never an object.
const unfinished = ".vitrine-unfinished-"

// Folder is a Bucket in a folder: a key is a path below it. Paths cannot leave the
// folder, also not through symbolic links (os.Root). Where one key is a folder of
// another ("a" and "a/b") a folder keeps only one of them, and where the file system
// ignores case it does not keep keys apart that differ in case alone.
//
// An ETag is made of size and time of modification: hashing every object on every
// Head would read the whole folder, and what readers need to trust is checked against
// a descriptor's SHA-256 anyway. Put moves the time on where a new version would have
// the ETag of the old. PutOptions.IfMatch is exact among the users of one Folder; two
// processes that put conditionally at one moment need IfNoneMatch, which the file
// system itself decides.
type Folder struct {
	root *os.Root
	mu   sync.Mutex // held while a condition is checked and the object put in place
}

var _ Bucket = (*Folder)(nil)

// OpenFolder opens an existing folder. That it is missing, is not a folder or may not
// be read is a *problem.Problem.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err == nil {
		return &Folder{root: root}, nil
	}
	info, statErr := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem.New(problem.NotFound, "folder-missing", "There is no such folder.").At(dir).
			Try("Check the spelling, and that the disk or share it is on is connected.").Because(err)
	case errors.Is(err, fs.ErrPermission):
		return nil, problem.New(problem.Forbidden, "folder-forbidden", "You may not read this folder.").At(dir).
			Try("Ask its owner for access, or choose another folder.").Because(err)
	case errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENAMETOOLONG):
		return nil, problem.New(problem.Invalid, "folder-name", "This cannot be the name of a folder.").
			Try("Choose the folder again.").Because(err)
	case statErr == nil && !info.IsDir():
		return nil, problem.New(problem.Invalid, "folder-expected", "This is a file, not a folder.").At(dir).
			Try("Choose the folder that holds it.").Because(err)
	}
	return nil, fmt.Errorf("open folder: %w", err)
}

// Close lets the folder go. Readers under way keep their files.
func (f *Folder) Close() error { return f.root.Close() }

// Head implements Bucket.
func (f *Folder) Head(ctx context.Context, key string) (Info, error) {
	if err := begin(ctx, key); err != nil {
		return Info{}, err
	}
	stat, err := f.root.Stat(key)
	if err != nil {
		return Info{}, fault("look at", key, err)
	}
	return describe(key, stat)
}

// Get implements Bucket.
func (f *Folder) Get(ctx context.Context, key string, r Range, ifMatch string) (io.ReadCloser, Info, error) {
	if err := begin(ctx, key); err != nil {
		return nil, Info{}, err
	}
	if err := r.check(); err != nil {
		return nil, Info{}, err
	}
	file, err := f.root.Open(key)
	if err != nil {
		return nil, Info{}, fault("open", key, err)
	}
	info, err := f.ranged(key, file, r, ifMatch)
	if err != nil {
		return nil, Info{}, errors.Join(err, file.Close())
	}
	length := info.Size - r.Offset
	if r.Length > 0 {
		length = min(length, r.Length)
	}
	return &body{ctx, io.NewSectionReader(file, r.Offset, length), file}, info, nil
}

func (f *Folder) ranged(key string, file *os.File, r Range, ifMatch string) (Info, error) {
	stat, err := file.Stat()
	if err != nil {
		return Info{}, fault("look at", key, err)
	}
	info, err := describe(key, stat)
	switch {
	case err != nil:
		return Info{}, err
	case ifMatch != "" && ifMatch != info.ETag:
		return Info{}, fmt.Errorf("get %s: %w", key, ErrPrecondition)
	case r.Offset > 0 && r.Offset >= info.Size:
		return Info{}, fmt.Errorf("get %s from byte %d of %d: %w", key, r.Offset, info.Size, ErrRange)
	}
	return info, nil
}

// body reads a range of a file until ctx ends.
type body struct {
	ctx context.Context
	*io.SectionReader
	file *os.File
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.SectionReader.Read(p)
}

func (b *body) Close() error { return b.file.Close() }

// Put implements Bucket.
func (f *Folder) Put(ctx context.Context, key string, r io.Reader, options PutOptions) (Info, error) {
	if err := begin(ctx, key); err != nil {
		return Info{}, err
	}
	dir := path.Dir(key)
	if err := f.root.MkdirAll(dir, 0o755); err != nil {
		return Info{}, fmt.Errorf("make the folder of %s: %w", key, err)
	}
	temporary := path.Join(dir, fmt.Sprintf("%s%016x", unfinished, rand.Uint64()))
	if err := f.fill(ctx, temporary, r); err != nil {
		return Info{}, errors.Join(fault("write", key, err), f.discard(temporary))
	}
	info, err := f.place(ctx, temporary, key, options)
	if err != nil {
		return Info{}, errors.Join(err, f.discard(temporary))
	}
	return info, nil
}

// fill writes a whole file and waits until the disk has it.
func (f *Folder) fill(ctx context.Context, name string, r io.Reader) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, reader{ctx, r})
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// reader is r until ctx ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func (f *Folder) discard(temporary string) error {
	if err := f.root.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove unfinished file: %w", err)
	}
	return nil
}

// place gives a finished file its name, where the conditions hold.
func (f *Folder) place(ctx context.Context, temporary, key string, options PutOptions) (Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	before, err := f.Head(ctx, key)
	switch {
	case err != nil && !errors.Is(err, ErrNotExist):
		return Info{}, err
	case options.IfNoneMatch && err == nil, options.IfMatch != "" && (err != nil || before.ETag != options.IfMatch):
		return Info{}, fmt.Errorf("put %s: %w", key, ErrPrecondition)
	}
	if err := f.moveOn(temporary, before); err != nil {
		return Info{}, fault("date", key, err)
	}
	if options.IfNoneMatch {
		err = f.link(temporary, key)
	} else {
		err = f.root.Rename(temporary, key)
	}
	if err != nil {
		return Info{}, fault("put", key, err)
	}
	f.sync(path.Dir(key))
	return f.Head(ctx, key)
}

// moveOn sets the time of a new version forward where it would have the ETag of the
// old one. File systems keep time in steps of up to two seconds.
func (f *Folder) moveOn(temporary string, before Info) error {
	for range 3 {
		stat, err := f.root.Stat(temporary)
		if err != nil || stat.Size() != before.Size || !stat.ModTime().Equal(before.Modified) {
			return err
		}
		later := before.Modified.Add(2 * time.Second)
		if err := f.root.Chtimes(temporary, later, later); err != nil {
			return err
		}
	}
	return nil
}

// link puts a file in place only where there is none: the file system decides, so
// that it holds between processes. Where it has no links the check above stands.
func (f *Folder) link(temporary, key string) error {
	err := f.root.Link(temporary, key)
	switch {
	case errors.Is(err, fs.ErrExist):
		return ErrPrecondition
	case err != nil:
		return f.root.Rename(temporary, key)
	}
	return f.discard(temporary)
}

// sync asks the disk to keep the new name. Not every system can sync a folder; the
// file itself has been synced.
func (f *Folder) sync(dir string) {
	if d, err := f.root.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// List implements Bucket. It reads the names of the whole folder before the first
// call: the order of keys is not the order in which folders are walked.
func (f *Folder) List(ctx context.Context, prefix string, yield func(Info) error) error {
	var found []Info
	err := fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted meanwhile
			return nil
		case err != nil:
			return err
		case entry.IsDir():
			return skip(name, prefix)
		case !strings.HasPrefix(name, prefix) || CheckKey(name) != nil:
			return nil
		}
		if stat, err := f.root.Stat(name); err == nil && stat.Mode().IsRegular() { // a link out of the folder is no object
			found = append(found, info(name, stat))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list %q: %w", prefix, err)
	}
	slices.SortFunc(found, func(a, b Info) int { return strings.Compare(a.Key, b.Key) })
	for _, i := range found {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(i); err != nil {
			return err
		}
	}
	return nil
}

// skip passes over folders that cannot hold the prefix.
func skip(dir, prefix string) error {
	if dir == "." || strings.HasPrefix(dir+"/", prefix) || strings.HasPrefix(prefix, dir+"/") {
		return nil
	}
	return fs.SkipDir
}

// Delete implements Bucket.
func (f *Folder) Delete(ctx context.Context, key string) error {
	if err := begin(ctx, key); err != nil {
		return err
	}
	stat, err := f.root.Lstat(key)
	if err == nil && stat.IsDir() { // a folder is not an object
		return nil
	}
	if err == nil {
		err = f.root.Remove(key)
	}
	if err = fault("delete", key, err); errors.Is(err, ErrNotExist) {
		return nil
	}
	return err
}

func begin(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	return ctx.Err()
}

func describe(key string, stat fs.FileInfo) (Info, error) {
	if !stat.Mode().IsRegular() {
		return Info{}, fmt.Errorf("%s is not a file: %w", key, ErrNotExist)
	}
	return info(key, stat), nil
}

func info(key string, stat fs.FileInfo) Info {
	at := stat.ModTime()
	return Info{Key: key, Size: stat.Size(), ETag: fmt.Sprintf("%x-%x", stat.Size(), at.UnixNano()), Modified: at}
}

// fault says what was tried; a path that is not there, also because part of it is a
// file, is an object that does not exist.
func fault(doing, key string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist) || notFolder(err):
		return fmt.Errorf("%s %s: %w", doing, key, ErrNotExist)
	}
	return fmt.Errorf("%s %s: %w", doing, key, err)
}

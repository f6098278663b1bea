//go:build unix

package vault

import "syscall"

// What the operating system says, by what it means to a person.
var (
	errnoDiskFull  = []error{syscall.ENOSPC, syscall.EDQUOT}
	errnoTooLarge  = []error{syscall.EFBIG}
	errnoReadOnly  = []error{syscall.EROFS}
	errnoInUse     = []error{syscall.ETXTBSY, syscall.EBUSY}
	errnoNotFolder = []error{syscall.ENOTDIR}
	errnoIsFolder  = []error{syscall.EISDIR}
	errnoBadName   = []error{syscall.ENAMETOOLONG, syscall.EILSEQ}
	errnoDisk      = []error{syscall.EIO, syscall.ESTALE}
	errnoHandles   = []error{syscall.EMFILE, syscall.ENFILE}
	errnoNoLocks   = []error{syscall.ENOLCK, syscall.ENOTSUP, syscall.EOPNOTSUPP}
)

package vault

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// What the operating system says, by what it means to a person.
var (
	errnoDiskFull  = []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED}
	errnoTooLarge  = []error{windows.ERROR_FILE_TOO_LARGE}
	errnoReadOnly  = []error{windows.ERROR_WRITE_PROTECT}
	errnoInUse     = []error{windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_USER_MAPPED_FILE}
	errnoNotFolder = []error{windows.ERROR_DIRECTORY}
	errnoIsFolder  = []error{syscall.EISDIR}
	errnoBadName   = []error{windows.ERROR_INVALID_NAME, windows.ERROR_FILENAME_EXCED_RANGE}
	errnoDisk      = []error{windows.ERROR_CRC, windows.ERROR_IO_DEVICE, windows.ERROR_SECTOR_NOT_FOUND, windows.ERROR_NOT_READY}
	errnoHandles   = []error{windows.ERROR_TOO_MANY_OPEN_FILES}
	errnoNoLocks   = []error{windows.ERROR_NOT_SUPPORTED}
)

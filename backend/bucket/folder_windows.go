package bucket

// notFolder: Windows answers ERROR_PATH_NOT_FOUND, which is fs.ErrNotExist.
func notFolder(error) bool { return false }

// Package encfs puts encryption under SQLite: a file system ("VFS") that SQLite
// uses instead of the operating system's and that seals every page, log frame,
// journal block and temporary block before it reaches a disk.
//
// Register makes an FS from a KeySet and gives it a name; a database opened as
// file:…?vfs=name is sealed with those keys. Rotate changes the keys while the
// database is in use, FS.Rewrite brings every page to the current key, Check
// authenticates every page of a database, Digest fixes a finished file as a
// whole, and Guard keeps SQL from leaving the FS.
//
// It refuses to read what does not authenticate, to write without keys, to use a
// key for more seals than is safe, and transactions that span several database
// files. It promises that no plain byte of a database reaches a file, and that
// what SQLite promises about crashes holds as it does without encryption. What
// it cannot detect is said in FORMAT.md.
//
// Keys are dropped, not wiped, when an FS closes: the cipher's own copy lies in
// memory that Go does not let us erase. Decrypted pages live in SQLite's cache.
package encfs

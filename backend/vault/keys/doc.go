// Package keys holds the keys of a vault: how the one random vault key is
// wrapped, by whom it can be opened, and how it seals the key of each database.
//
// A Key is 32 bytes in memory that the system is asked not to swap or dump, and
// that nothing prints. A File is the key part of vault.json: several wraps of the
// vault key, each opened by something a person or an institution holds
// (passphrase, recovery code, escrow identity), and authenticated as a whole.
// Unlocking a File gives a Ring, which seals and opens the keys of databases.
//
// A File never changes. An operation returns a new one, and the caller writes it
// whole or not at all; until then the old one opens as before, and everything an
// operation puts into the system's keychain leaves the old File working. The
// package touches no file and no network.
//
// It refuses: a wrap that is cheaper to guess than the floor or dearer than the
// ceiling, a key part with anything in it that is not authenticated, to remove the
// last wrap that a person holds, and to open a real vault with a key that lies
// beside it. No passphrase, code or key is in any error, log line or panic.
//
// FORMAT.md beside this file has every byte.
package keys

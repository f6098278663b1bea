// Package vault keeps what Vitrine knows in one folder on this computer, and is
// the only package that touches that folder.
//
// A Vault holds core.db (catalogue, studies, audit log, settings) and one
// database file per dataset version, written once in staging and then never
// changed. Open gives one process the folder and refuses a second. StageDataset
// and Staged.Publish bring a dataset in; OpenDataset reads it. WriteFile makes a
// file whole or absent anywhere, and FileProblem and DBProblem turn what a disk
// or a database says into something a person can act on.
//
// Every database is sealed page by page (package encfs) with a random key of its
// own; those keys are sealed by the vault key, and the vault key by a passphrase, a
// recovery code or escrow (package keys). A demonstration vault opens with a key
// that lies beside it and says so; a real one never has such a file. Check
// authenticates every page.
//
// Promises: after a crash at any moment the old state or the new state is there,
// never a mixture; a reader keeps the file it opened while a newer one takes its
// place; no error, log or file name holds a participant's value.
//
// FORMAT.md beside this file describes the folder.
package vault

// Package audit writes down what was done in a vault, in an order and a wording
// that cannot be changed unnoticed.
//
// A Log is append-only: each Event's hash covers its content and the hash before
// it, so an event that is edited, removed or moved breaks the chain at a place
// that Verify names. Append either has the event on disk or returns an error, and
// then the caller must not act. Coalesced keeps a slider from writing an event
// per frame: one event per key and minute, and a count.
//
// An Event says who did what to what, through which door, when and with what
// outcome. It holds names, hashes and counts, never a participant's value; the
// caller sees to that. Verify finds changes made with ordinary tools; it cannot
// find a chain that somebody who can write the file computed anew from the place
// they changed, unless a head hash was kept elsewhere. FORMAT.md says exactly what is found.
package audit

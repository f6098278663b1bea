//go:build dev

package gateway

// contentPolicy of the development build also lets the page's live-reload client
// and its inline preamble work.
const contentPolicy = "default-src 'none'; script-src 'self' 'nonce-%[1]s'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; " +
	"base-uri 'none'; form-action 'none'"

//go:build !dev

package gateway

// contentPolicy lets the page load its own files and speak to its own origin,
// nothing else. The nonce is for the style elements of the component library.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; " +
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

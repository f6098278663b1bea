//go:build !dev && !production

package main

// Wails leaves the window out of a plain `go build`, so that every package builds
// and its tests run where there is no GTK and no C compiler.
const built = false

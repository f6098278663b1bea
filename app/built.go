//go:build dev || production

package main

// Whether Wails' window is linked in.
const built = true

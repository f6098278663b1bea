// Package frontend carries the built user interface. It lives here because a
// directive to embed cannot reach upward; dist holds only .gitkeep until the UI
// is built.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Assets is the built user interface, index.html at its root.
func Assets() fs.FS {
	assets, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // impossible: dist is embedded above
	}
	return assets
}

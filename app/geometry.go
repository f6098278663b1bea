package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"vitrine/backend/vault"
)

const (
	minWidth, minHeight         = 900, 600
	defaultWidth, defaultHeight = 1280, 800
	largest                     = 16384 // pixels; more is a damaged file
)

// geometry is how the window was when it was last closed. X and Y are nil where
// the desktop should choose.
type geometry struct {
	X         *int `json:"x"`
	Y         *int `json:"y"`
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
	Zoom      int  `json:"zoom"` // percent
	Dark      bool `json:"dark"` // the page's colours, for the background before it paints
}

// geometryFile is window.json in the user's configuration folder: the window's
// place belongs to the workstation, not to a vault. Empty where there is none.
func geometryFile() string {
	folder, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "vitrine", "window.json")
}

// loadGeometry reads the remembered geometry. A missing or damaged file is no
// reason to bother anyone: the window then opens in its first size.
func loadGeometry(path string) geometry {
	b, err := os.ReadFile(path)
	if err != nil {
		return geometry{}.sane()
	}
	var g geometry
	if json.Unmarshal(b, &g) != nil {
		return geometry{}.sane()
	}
	return g.sane()
}

// save writes the file whole or not at all.
func (g geometry) save(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return vault.WriteFile(path, 0o600, func(out io.Writer) error {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(g)
	})
}

// sane replaces what no window can have.
func (g geometry) sane() geometry {
	if g.Width < minWidth || g.Width > largest || g.Height < minHeight || g.Height > largest {
		g.Width, g.Height, g.X, g.Y = defaultWidth, defaultHeight, nil, nil
	}
	if g.Zoom < zoomSteps[0] || g.Zoom > zoomSteps[len(zoomSteps)-1] {
		g.Zoom = actualSize
	}
	return g
}

// within fits the window on a screen of the given size, in pixels. A place off
// this screen (another screen, perhaps no longer there) is given up: the desktop
// then centres the window.
func (g geometry) within(width, height int) geometry {
	g.Width, g.Height = min(g.Width, width), min(g.Height, height)
	if g.X == nil || g.Y == nil || *g.X < 0 || *g.Y < 0 || *g.X+g.Width > width || *g.Y+g.Height > height {
		g.X, g.Y = nil, nil
	}
	return g
}

func (g geometry) startState() options.WindowStartState {
	if g.Maximised {
		return options.Maximised
	}
	return options.Normal
}

// restore fits the remembered geometry on the screen that the window opened on.
func (w *window) restore() {
	ctx := w.context()
	screens, err := runtime.ScreenGetAll(ctx)
	if err != nil || w.shape.Maximised {
		return
	}
	for _, screen := range screens {
		if !screen.IsCurrent {
			continue
		}
		fitted := w.shape.within(screen.Size.Width, screen.Size.Height)
		if fitted.Width != w.shape.Width || fitted.Height != w.shape.Height {
			runtime.WindowSetSize(ctx, fitted.Width, fitted.Height)
		}
		if fitted.X != nil {
			runtime.WindowSetPosition(ctx, *fitted.X, *fitted.Y)
		}
	}
}

// remember keeps the geometry of a window about to close. A maximised or full
// screen window keeps the size that it will have again afterwards.
func (w *window) remember() {
	ctx := w.context()
	if ctx == nil || w.place == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shape.Maximised = runtime.WindowIsMaximised(ctx)
	if runtime.WindowIsNormal(ctx) {
		x, y := runtime.WindowGetPosition(ctx)
		w.shape.Width, w.shape.Height = runtime.WindowGetSize(ctx)
		w.shape.X, w.shape.Y = &x, &y
	}
	// A window that cannot be remembered is no reason to keep it open.
	_ = w.shape.save(w.place)
}

package main

import (
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// background is the page's own, so that a window does not flash before its first
// paint.
func (g geometry) background() *options.RGBA {
	if g.Dark {
		return options.NewRGB(0x24, 0x24, 0x24)
	}
	return options.NewRGB(0xff, 0xff, 0xff)
}

// coloured hears from the page which colours it shows now: the event
// "colour-scheme" with "light" or "dark".
func (w *window) coloured(data ...any) {
	if len(data) != 1 {
		return
	}
	w.mu.Lock()
	w.shape.Dark = data[0] == "dark"
	colour := w.shape.background()
	w.mu.Unlock()
	if ctx := w.context(); ctx != nil {
		runtime.WindowSetBackgroundColour(ctx, colour.R, colour.G, colour.B, colour.A)
	}
}

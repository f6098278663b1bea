package main

import (
	"fmt"
	"slices"

	"github.com/wailsapp/wails/v2/pkg/menu"
)

// Sizes of the page in percent, the steps that browsers have.
var zoomSteps = []int{67, 80, 90, actualSize, 110, 125, 150, 175, 200}

const actualSize = 100

// larger is the next step above percent, or the largest.
func larger(percent int) int {
	for _, step := range zoomSteps {
		if step > percent {
			return step
		}
	}
	return zoomSteps[len(zoomSteps)-1]
}

// smaller is the next step below percent, or the smallest.
func smaller(percent int) int {
	for _, step := range slices.Backward(zoomSteps) {
		if step < percent {
			return step
		}
	}
	return zoomSteps[0]
}

func (w *window) zoom(next func(percent int) int) menu.Callback {
	return func(*menu.CallbackData) {
		w.mu.Lock()
		w.shape.Zoom = next(w.shape.Zoom)
		w.mu.Unlock()
		w.applyZoom()
	}
}

// applyZoom sizes the page; Wails has no call for it. It runs again after each
// load, because a page starts at its actual size.
func (w *window) applyZoom() {
	w.mu.Lock()
	percent := w.shape.Zoom
	w.mu.Unlock()
	w.script(fmt.Sprintf("document.documentElement.style.zoom = '%d%%'", percent))
}

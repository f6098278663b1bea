package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"path/filepath"
	"sync"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"vitrine/frontend"
)

//go:embed icon.png
var icon []byte

// A window is the one window of this process, showing one vault.
type window struct {
	home  string
	place string // file that remembers the geometry

	mu    sync.Mutex // guards what follows
	ctx   context.Context
	shape geometry
}

func newWindow(home string) *window {
	place := geometryFile()
	return &window{home: home, place: place, shape: loadGeometry(place)}
}

// show runs the window until it is closed. Requests of the page go through door,
// in this process.
func (w *window) show(door assetserver.Middleware) error {
	return runWails(&options.App{
		Title:              "Vitrine",
		Width:              w.shape.Width,
		Height:             w.shape.Height,
		MinWidth:           minWidth,
		MinHeight:          minHeight,
		WindowStartState:   w.shape.startState(),
		BackgroundColour:   w.shape.background(),
		AssetServer:        &assetserver.Options{Assets: frontend.Assets(), Middleware: door},
		Menu:               w.menu(),
		OnStartup:          w.started,
		OnDomReady:         func(context.Context) { w.applyZoom() },
		OnBeforeClose:      w.closing,
		SingleInstanceLock: w.singleInstance(),
		// A file dropped on the page belongs to the page: Wails must not take it.
		DragAndDrop: &options.DragAndDrop{EnableFileDrop: false, DisableWebViewDrop: false},
		Linux:       linuxOptions(),
	})
}

// linuxOptions turns accelerated drawing off: with NVIDIA's drivers it can leave
// the window blank (wails issues 2977 and 4985), and charts do not need it.
func linuxOptions() *linux.Options {
	return &linux.Options{
		Icon: icon,
		// WebKit keeps its files in a folder of this name beside the vault's default
		// folder, so it must not be "vitrine".
		ProgramName:      "vitrine-desktop",
		WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
	}
}

// singleInstance makes a second start on the same vault raise this window. The
// vault's own lock decides; this is the courtesy.
func (w *window) singleInstance() *options.SingleInstanceLock {
	return &options.SingleInstanceLock{
		UniqueId:               instanceID(w.home),
		OnSecondInstanceLaunch: func(options.SecondInstanceData) { w.raise() },
	}
}

// instanceID names a vault among the programs of this session: two vaults can be
// open at once, one vault only once. The folder's name does not appear in it.
func instanceID(home string) string {
	if absolute, err := filepath.Abs(home); err == nil {
		home = absolute
	}
	if real, err := filepath.EvalSymlinks(home); err == nil {
		home = real
	}
	sum := sha256.Sum256([]byte(home))
	return "vitrine-" + hex.EncodeToString(sum[:8])
}

func (w *window) started(ctx context.Context) {
	w.mu.Lock()
	w.ctx = ctx
	w.mu.Unlock()
	w.restore()
	runtime.EventsOn(ctx, "colour-scheme", w.coloured)
}

// context is the window's own, which Wails' runtime asks for; nil before the
// window is there.
func (w *window) context() context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ctx
}

func (w *window) raise() {
	if ctx := w.context(); ctx != nil {
		runtime.WindowUnminimise(ctx)
		runtime.Show(ctx)
	}
}

func (w *window) closing(context.Context) (prevent bool) {
	w.remember()
	return false
}

// runWails runs an application and returns when its window is gone. Wails panics
// when GTK refuses the display; that is a machine's fault to be told, not ours.
func runWails(app *options.App) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = displayRefused(cause)
		}
	}()
	noBusOfOurOwn()
	return wails.Run(app)
}

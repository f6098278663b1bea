package main

import (
	"fmt"
	"io/fs"
	"runtime"

	"vitrine/backend/problem"
	"vitrine/frontend"
)

const (
	serveInstead = "Start it from a desktop session, or use `vitrine serve` and open the address it prints in a browser: the same UI."
	gtkRefused   = "failed to init GTK" // what Wails panics with
)

// needWindow refuses a program that was built without its window or its UI.
func needWindow() error {
	_, err := fs.Stat(frontend.Assets(), "index.html")
	if built && err == nil {
		return nil
	}
	return problem.New(problem.Unavailable, "no-window", "This program was built without its window or its UI.").
		Try("Build it with `make build`.").Because(err)
}

// needDisplay refuses to start where there is nowhere to open a window, before
// GTK gives up in words of its own.
func needDisplay(env func(string) string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	if env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != "" {
		return nil
	}
	return problem.New(problem.Unavailable, "no-display",
		"There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set.").Try(serveInstead)
}

// displayRefused turns the panic of a display that is named but does not answer
// into a problem. Any other panic is a defect and goes on.
func displayRefused(cause any) error {
	err, ok := cause.(error)
	if !ok || err.Error() != gtkRefused {
		panic(cause)
	}
	return problem.New(problem.Unavailable, "display-refused",
		"The display that DISPLAY or WAYLAND_DISPLAY names does not answer.").
		Try(serveInstead).Because(fmt.Errorf("start the window: %w", err))
}

package main

import (
	"context"
	"io"
	"net/http"
	goruntime "runtime"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"vitrine/backend/problem"
)

// explain tells a person at the desktop why the vault did not open: who starts a
// program from a menu does not see stderr. The dialog belongs to a hidden window.
//
// When the vault is in use by another window, that window comes to the front
// instead: Wails finds it, hands over and ends this process (with code 1, its own
// choice).
func explain(home string, why error) {
	endOnSignal(func() {})
	w := newWindow(home)
	// What goes wrong here has been said on stderr already.
	_ = runWails(&options.App{
		Title:              "Vitrine",
		Width:              1,
		Height:             1,
		StartHidden:        true,
		AssetServer:        &assetserver.Options{Handler: http.HandlerFunc(blankPage)},
		SingleInstanceLock: w.singleInstance(),
		Linux:              linuxOptions(),
		OnDomReady: func(ctx context.Context) {
			_, _ = runtime.MessageDialog(ctx, runtime.MessageDialogOptions{
				Type:    runtime.ErrorDialog,
				Title:   "Vitrine could not open",
				Message: dialogText(problem.From(why).Error()),
			})
			runtime.Quit(ctx)
		},
	})
}

func blankPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><title>Vitrine</title>")
}

// dialogText is a message as the dialog takes it: on Linux Wails hands it to GTK
// as a format, so that a % in a file name would be read as a directive.
func dialogText(message string) string {
	if goruntime.GOOS == "linux" {
		return strings.ReplaceAll(message, "%", "%%")
	}
	return message
}

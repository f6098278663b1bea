package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"vitrine/backend/problem"
)

// native answers what only a desktop can: which folder, which file. An empty path
// means that the person cancelled. Reading and writing is the backend's.
type native struct {
	window *window

	// one guards the screen: GTK's dialogs answer on one channel, so two open at
	// once could swap their answers.
	one    sync.Mutex
	folder string // where the last choice was made
}

// ChooseFolder asks for an existing folder.
func (n *native) ChooseFolder(ctx context.Context, title string) (string, error) {
	return n.ask(ctx, func(screen context.Context) (string, error) {
		return runtime.OpenDirectoryDialog(screen, runtime.OpenDialogOptions{
			Title:            title,
			DefaultDirectory: n.start(),
		})
	})
}

// ChooseSavePath asks where to save, offering the suggested name. The dialog
// itself asks before a file is replaced.
func (n *native) ChooseSavePath(ctx context.Context, title, suggested string) (string, error) {
	suggested = filepath.Base(suggested)
	return n.ask(ctx, func(screen context.Context) (string, error) {
		return runtime.SaveFileDialog(screen, runtime.SaveDialogOptions{
			Title:                title,
			DefaultDirectory:     n.start(),
			DefaultFilename:      suggested,
			Filters:              filters(suggested),
			CanCreateDirectories: true,
		})
	})
}

// ask shows one dialog at a time and remembers where it ended.
func (n *native) ask(ctx context.Context, dialog func(context.Context) (string, error)) (string, error) {
	n.one.Lock()
	defer n.one.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	screen := n.window.context()
	if screen == nil {
		return "", problem.New(problem.Unavailable, "window-not-ready", "The window is not there yet.").Try("Try again.")
	}
	path, err := dialog(screen)
	if err != nil {
		return "", problem.New(problem.Unavailable, "dialog-refused",
			"The desktop did not show its file dialog.").Because(err)
	}
	if path != "" {
		n.folder = filepath.Dir(path)
	}
	return path, nil
}

// start is the folder a dialog opens in.
func (n *native) start() string {
	if info, err := os.Stat(n.folder); err == nil && info.IsDir() {
		return n.folder
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return home
}

// filters offers the suggested name's kind first, then everything.
func filters(suggested string) []runtime.FileFilter {
	all := runtime.FileFilter{DisplayName: "All files", Pattern: "*"}
	extension := filepath.Ext(suggested)
	if extension == "" {
		return []runtime.FileFilter{all}
	}
	kind := strings.ToUpper(extension[1:]) + " (*" + extension + ")"
	return []runtime.FileFilter{{DisplayName: kind, Pattern: "*" + extension}, all}
}

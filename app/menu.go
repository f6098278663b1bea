package main

import (
	"encoding/json"
	goruntime "runtime"

	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/menu/keys"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// The names the page listens for, as the payload of the event "menu". The page
// maps them to the same actions that its palette and keys use.
const (
	pageImport     = "import"
	pageLock       = "lock"
	pageAbout      = "about"
	pageColour     = "toggle-colour-scheme"
	pageHome       = "go-home"
	pageCohort     = "go-cohort"
	pageModel      = "go-model"
	pageDictionary = "go-dictionary"
	pageUndo       = "undo"
	pageRedo       = "redo"
	pagePalette    = "palette"
)

// menu is the native menu. Keys that the page or a text field needs (copy, undo,
// the palette) are left to them: an accelerator here would take them away.
func (w *window) menu() *menu.Menu {
	bar := menu.NewMenu()
	if goruntime.GOOS == "darwin" {
		bar.Append(menu.AppMenu())
	}
	w.fileMenu(bar.AddSubmenu("File"))
	if goruntime.GOOS == "darwin" {
		bar.Append(menu.EditMenu())
	} else {
		w.editMenu(bar.AddSubmenu("Edit"))
	}
	w.viewMenu(bar.AddSubmenu("View"))
	w.helpMenu(bar.AddSubmenu("Help"))
	return bar
}

func (w *window) fileMenu(m *menu.Menu) {
	m.AddText("Import dataset folder…", keys.CmdOrCtrl("o"), w.page(pageImport))
	m.AddText("Lock", keys.Combo("k", keys.CmdOrCtrlKey, keys.ShiftKey), w.page(pageLock))
	m.AddSeparator()
	m.AddText("Close", keys.CmdOrCtrl("q"), w.close)
}

func (w *window) editMenu(m *menu.Menu) {
	m.AddText("Undo", nil, w.page(pageUndo))
	m.AddText("Redo", nil, w.page(pageRedo))
	m.AddSeparator()
	m.AddText("Cut", nil, w.edit("cut"))
	m.AddText("Copy", nil, w.edit("copy"))
	m.AddText("Paste", nil, w.paste)
	m.AddText("Select all", nil, w.edit("selectAll"))
}

func (w *window) viewMenu(m *menu.Menu) {
	m.AddText("Home", keys.OptionOrAlt("1"), w.page(pageHome))
	m.AddText("Cohort", keys.OptionOrAlt("2"), w.page(pageCohort))
	m.AddText("Model", keys.OptionOrAlt("3"), w.page(pageModel))
	m.AddText("Dictionary", keys.OptionOrAlt("4"), w.page(pageDictionary))
	m.AddSeparator()
	m.AddText("Next colours", keys.Combo("l", keys.CmdOrCtrlKey, keys.ShiftKey), w.page(pageColour))
	m.AddText("Actual size", keys.CmdOrCtrl("0"), w.zoom(func(int) int { return actualSize }))
	m.AddText("Larger", keys.CmdOrCtrl("="), w.zoom(larger))
	m.AddText("Smaller", keys.CmdOrCtrl("-"), w.zoom(smaller))
	m.AddSeparator()
	m.AddText("Reload", keys.CmdOrCtrl("r"), w.reload)
}

func (w *window) helpMenu(m *menu.Menu) {
	m.AddText("Find a command…", nil, w.page(pagePalette))
	m.AddText("Data dictionary", nil, w.page(pageDictionary))
	m.AddSeparator()
	m.AddText("About Vitrine", nil, w.page(pageAbout))
}

// page hands an action to the page.
func (w *window) page(name string) menu.Callback {
	return func(*menu.CallbackData) {
		if ctx := w.context(); ctx != nil {
			runtime.EventsEmit(ctx, "menu", name)
		}
	}
}

// edit does an editing command where the cursor is, as the keys do.
func (w *window) edit(command string) menu.Callback {
	return func(*menu.CallbackData) { w.script("document.execCommand(" + quoted(command) + ")") }
}

// paste inserts the clipboard's text: a page may not read the clipboard itself.
func (w *window) paste(*menu.CallbackData) {
	ctx := w.context()
	if ctx == nil {
		return
	}
	text, err := runtime.ClipboardGetText(ctx)
	if err != nil || text == "" {
		return // nothing to paste
	}
	w.script("document.execCommand('insertText', false, " + quoted(text) + ")")
}

func (w *window) close(*menu.CallbackData) {
	if ctx := w.context(); ctx != nil {
		runtime.Quit(ctx)
	}
}

func (w *window) reload(*menu.CallbackData) {
	if ctx := w.context(); ctx != nil {
		runtime.WindowReload(ctx)
	}
}

func (w *window) script(js string) {
	if ctx := w.context(); ctx != nil {
		runtime.WindowExecJS(ctx, js)
	}
}

// quoted is a JavaScript string: JSON escapes what could end it, < and > included.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""` // impossible: any Go string marshals
	}
	return string(b)
}

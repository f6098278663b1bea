// Command bare is the least that Wails opens a window for: one page of a few
// words. It is the yardstick for the start of Vitrine's window.
package main

import (
	"embed"
	"log"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

//go:embed index.html
var page embed.FS

func main() {
	err := wails.Run(&options.App{
		Title:       "bare",
		Width:       1280,
		Height:      800,
		AssetServer: &assetserver.Options{Assets: page},
	})
	if err != nil {
		log.Fatal(err)
	}
}

package windowtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
)

// Picture is what the display shows now: the page, the menu, dialogs. Xvfb keeps
// its screen in a file in the format of xwd.
func (d *Desk) Picture() (image.Image, error) {
	b, err := os.ReadFile(filepath.Join(d.Folder, "Xvfb_screen0"))
	if err != nil {
		return nil, err
	}
	return decodeXWD(b)
}

// The places of an xwd header's 32-bit words that matter here
// (X11/XWDFile.h, version 7).
const (
	xwdHeaderSize   = 0
	xwdVersion      = 1
	xwdWidth        = 4
	xwdHeight       = 5
	xwdByteOrder    = 7 // 0: least significant first
	xwdBitsPerPixel = 11
	xwdBytesPerLine = 12
	xwdColours      = 19
	xwdWords        = 25
)

// decodeXWD reads a screen of 32 bits a pixel.
func decodeXWD(b []byte) (image.Image, error) {
	if len(b) < 4*xwdWords {
		return nil, errors.New("decode the screen: too short")
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(b[4*i:])) }
	if word(xwdVersion) != 7 || word(xwdBitsPerPixel) != 32 || word(xwdByteOrder) != 0 {
		return nil, fmt.Errorf("decode the screen: version %d with %d bits a pixel", word(xwdVersion), word(xwdBitsPerPixel))
	}
	const colourBytes = 12
	pixels := b[word(xwdHeaderSize)+colourBytes*word(xwdColours):]
	width, height, line := word(xwdWidth), word(xwdHeight), word(xwdBytesPerLine)
	if len(pixels) < height*line {
		return nil, errors.New("decode the screen: cut short")
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := pixels[y*line+4*x:]
			img.SetRGBA(x, y, color.RGBA{R: p[2], G: p[1], B: p[0], A: 0xff})
		}
	}
	return img, nil
}

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func at(x, y int) geometry {
	return geometry{X: &x, Y: &y, Width: 1000, Height: 700, Zoom: 100}
}

func TestGeometryComesBackAsItWasSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vitrine", "window.json")
	want := at(40, 30)
	want.Zoom, want.Maximised, want.Dark = 125, true, true
	if err := want.save(path); err != nil {
		t.Fatal(err)
	}
	if got := loadGeometry(path); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDamagedGeometryIsTheFirstOne(t *testing.T) {
	first := geometry{Width: defaultWidth, Height: defaultHeight, Zoom: actualSize}
	for name, content := range map[string]string{
		"cut":         `{"width": 12`,
		"empty":       "",
		"wrong types": `{"width": "wide"}`,
		"too small":   `{"x": 3, "y": 3, "width": 1, "height": 1}`,
		"too large":   `{"width": 1000000, "height": 1000000, "zoom": 100000}`,
		"negative":    `{"width": -1200, "height": -800, "zoom": -3}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "window.json")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := loadGeometry(path); !reflect.DeepEqual(got, first) {
				t.Errorf("got %+v", got)
			}
		})
	}
	if got := loadGeometry(""); !reflect.DeepEqual(got, first) {
		t.Errorf("no file: %+v", got)
	}
}

func TestGeometryFitsThePresentScreen(t *testing.T) {
	type place struct {
		width, height int
		kept          bool
	}
	for name, c := range map[string]struct {
		from             geometry
		screenX, screenY int
		want             place
	}{
		"as it was":         {at(40, 30), 1920, 1080, place{1000, 700, true}},
		"just fits":         {at(0, 0), 1000, 700, place{1000, 700, true}},
		"smaller screen":    {at(40, 30), 800, 600, place{800, 600, false}},
		"half outside":      {at(1500, 30), 1920, 1080, place{1000, 700, false}},
		"screen is gone":    {at(2500, 30), 1920, 1080, place{1000, 700, false}},
		"left of the first": {at(-900, 30), 1920, 1080, place{1000, 700, false}},
		"never placed":      {geometry{Width: 1000, Height: 700}, 1920, 1080, place{1000, 700, false}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.from.within(c.screenX, c.screenY)
			if p := (place{got.Width, got.Height, got.X != nil}); p != c.want {
				t.Errorf("got %+v, want %+v", p, c.want)
			}
		})
	}
}

func TestZoomStepsUpAndDownAndStops(t *testing.T) {
	for percent, want := range map[int][2]int{100: {110, 90}, 105: {110, 100}, 200: {200, 175}, 67: {80, 67}} {
		if got := [2]int{larger(percent), smaller(percent)}; got != want {
			t.Errorf("%d: got %v, want %v", percent, got, want)
		}
	}
}

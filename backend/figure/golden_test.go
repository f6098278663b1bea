package figure_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"vitrine/backend/figure"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

// The golden drawings are byte-stable: a difference is a change that a reader of
// the figure sees, or one that the platform made and should not have.
func TestDrawingsAreTheGoldenOnes(t *testing.T) {
	medians := rChart(t, "lung_sex")
	medians.ShowMedian = true
	figures := map[string]*figure.Scene{
		"lung-sex":         figure.KaplanMeier(rChart(t, "lung_sex")),
		"lung-sex-medians": figure.KaplanMeier(medians),
		"veteran-celltype": figure.KaplanMeier(rChart(t, "veteran_celltype")),
		"eight-groups":     figure.KaplanMeier(charts(t)["eight groups"]),
		"histogram":        figure.Histogram(histograms()["bilirubin"]),
		"bars":             figure.Bars(bars()["oedema"]),
	}
	for name, scene := range figures {
		for _, theme := range figure.Themes() {
			file := filepath.Join("testdata", name+"."+theme.Name+".svg")
			got := draw(t, scene, theme)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s changed: look at it, then run with -update", file)
			}
		}
	}
}

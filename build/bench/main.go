// Command bench measures what a person waits for: the start of the server and of
// the window, and how large the programs are. The window is measured side by side
// with a bare Wails window in the same run, because both depend on the machine.
//
// It prints a table and ends with 1 where an agreed limit is passed.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vitrine/build/windowtest"
)

// What the project promises (see docs/contributing.md).
const (
	maxServe  = 300 * time.Millisecond // start to first answer, warm
	maxWindow = 1.5                    // first paint, as a multiple of the bare window's
	maxBinary = 40 << 20               // bytes
)

const (
	serveRuns  = 20
	windowRuns = 7
)

func main() {
	bin := flag.String("bin", "build/bin", "folder of the built programs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *bin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "vitrine-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	home := filepath.Join(folder, "vault")
	if out, err := exec.CommandContext(ctx, filepath.Join(bin, "vitrine"), "demo", "--home", home).CombinedOutput(); err != nil {
		return fmt.Errorf("make the demonstration vault: %w: %s", err, out)
	}
	return errors.Join(
		sizes(bin, "vitrine", "vitrine-desktop", "bare"),
		serveStarts(ctx, filepath.Join(bin, "vitrine"), home),
		windowStarts(ctx, bin, folder, home),
	)
}

func sizes(bin string, names ...string) error {
	var failed []error
	for _, name := range names {
		info, err := os.Stat(filepath.Join(bin, name))
		if err != nil {
			return err
		}
		fmt.Printf("%-44s %8.1f MB\n", name, float64(info.Size())/(1<<20))
		if info.Size() > maxBinary {
			failed = append(failed, fmt.Errorf("%s is over %d MB", name, maxBinary>>20))
		}
	}
	return errors.Join(failed...)
}

// serveStarts measures from starting the program to the whole of its first answer.
func serveStarts(ctx context.Context, program, home string) error {
	var times []time.Duration
	for range serveRuns + 1 {
		took, err := serveStart(ctx, program, home)
		if err != nil {
			return err
		}
		times = append(times, took)
	}
	median := report("serve: start to first answer", times[1:]) // the first warms the caches
	if median > maxServe {
		return fmt.Errorf("serve answers after %v, over %v", median, maxServe)
	}
	return nil
}

func serveStart(ctx context.Context, program, home string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, "serve", "--home", home, "--port", "0", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }()
	var at struct{ URL, Token string }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&at); err != nil {
		return 0, fmt.Errorf("read where serve listens: %w", err)
	}
	address, token, _ := strings.Cut(at.URL, "#token=")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"api/v1/overview", nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var overview map[string]any
	if err := json.NewDecoder(response.Body).Decode(&overview); err != nil || response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("first answer: %s: %w", response.Status, err)
	}
	return time.Since(started), nil
}

// windowStarts measures from starting the program to its first contentful paint,
// Vitrine and the bare window in turn.
func windowStarts(ctx context.Context, bin, folder, home string) error {
	desk, err := windowtest.NewDesk(ctx, filepath.Join(folder, "desk"))
	if err != nil {
		return err
	}
	defer desk.Close()
	var ours, atHome, bare []time.Duration
	for range windowRuns + 1 {
		paint, shown, err := windowStart(ctx, desk, homeShown, filepath.Join(bin, "vitrine-desktop"), "--home", home)
		if err != nil {
			return err
		}
		barePaint, _, err := windowStart(ctx, desk, "true", filepath.Join(bin, "bare"))
		if err != nil {
			return err
		}
		ours, atHome, bare = append(ours, paint), append(atHome, shown), append(bare, barePaint)
	}
	report("window: start to Home, all data shown", atHome[1:])
	o := report("window: start to first contentful paint", ours[1:])
	b := report("bare window: the same", bare[1:])
	ratio := float64(o) / float64(b)
	fmt.Printf("%-44s %8.2f\n", "window / bare window", ratio)
	if ratio > maxWindow {
		return fmt.Errorf("the window's first paint takes %.2f times the bare window's, over %.1f", ratio, maxWindow)
	}
	return nil
}

// The page says which of its screens it shows.
const homeShown = "document.documentElement.dataset.ready === 'home'"

// windowStart measures from starting the program to its first contentful paint and
// until it is ready (to a few hundredths of a second: it is asked again and again).
func windowStart(ctx context.Context, desk *windowtest.Desk, ready, program string, args ...string) (paint, shown time.Duration, err error) {
	w, err := desk.Open(ctx, program, args...)
	if err != nil {
		return 0, 0, err
	}
	defer w.Kill()
	if err := w.Until(ctx, ready); err != nil {
		return 0, 0, err
	}
	shown = time.Since(w.Started)
	const first = "performance.getEntriesByName('first-contentful-paint')[0]"
	if err := w.Until(ctx, first); err != nil {
		return 0, 0, err
	}
	var milliseconds float64 // since 1970
	if err := w.Script(ctx, "return performance.timeOrigin + "+first+".startTime", &milliseconds); err != nil {
		return 0, 0, err
	}
	_, err = w.Close(ctx)
	return time.UnixMicro(int64(milliseconds * 1000)).Sub(w.Started), shown, err
}

// report prints the median and the range, and returns the median.
func report(what string, times []time.Duration) time.Duration {
	slices.Sort(times)
	median := times[len(times)/2]
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%-44s %8.0f ms  (%.0f to %.0f, %d runs)\n", what, ms(median), ms(times[0]), ms(times[len(times)-1]), len(times))
	return median
}

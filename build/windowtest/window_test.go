//go:build window

package windowtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The programs that build/programs.sh makes, where the test runs.
const (
	commandLine = "../bin/vitrine"
	desktop     = "../bin/vitrine-desktop"
	pictures    = "../bin/pictures"
)

func TestWindowShowsHomeAnswersAndClosesCleanly(t *testing.T) {
	desk, home := workstation(t)
	remembered(t, desk, `{"x": 40, "y": 30, "width": 1100, "height": 700, "maximised": false, "zoom": 100}`)
	w := openWindow(t, desk, home)
	must(t, w.Until(t.Context(), "document.documentElement.dataset.ready === 'home'"))

	t.Run("answers a call of the page in this process", func(t *testing.T) {
		var overview struct {
			Status int
			Body   struct {
				Door     string
				Native   bool
				Datasets []struct{ ID string }
			}
		}
		must(t, w.Script(t.Context(), "return fetch('/api/v1/overview').then(async (r) => ({ status: r.status, body: await r.json() }))", &overview))
		if overview.Status != 200 || overview.Body.Door != "window" || !overview.Body.Native || len(overview.Body.Datasets) == 0 {
			t.Errorf("overview: %+v", overview)
		}
	})
	t.Run("listens on no port", func(t *testing.T) { listensOnlyForTheDriver(t, w) })
	t.Run("breaks no rule of its content policy", func(t *testing.T) {
		var violations []any
		must(t, w.Script(t.Context(), "return window.__cspViolations", &violations))
		if violations == nil || len(violations) > 0 {
			t.Errorf("violations: %v", violations)
		}
	})
	t.Run("opens where it was closed", func(t *testing.T) {
		var size []int
		must(t, w.Script(t.Context(), "return [window.outerWidth, window.screenX, window.screenY]", &size))
		if want := []int{1100, 40, 30}; !slices.Equal(size, want) {
			t.Errorf("width, x and y: %v, want %v", size, want)
		}
	})
	t.Run("shows something", func(t *testing.T) { picture(t, desk, "home.png") })
	t.Run("is raised by a second start", func(t *testing.T) { secondStart(t, desk, home) })
	t.Run("says that the vault is in use where there is no session bus", func(t *testing.T) { secondStartWithoutBus(t, desk, home) })
	t.Run("closes cleanly", func(t *testing.T) { closes(t, desk, w) })
	if t.Failed() {
		t.Logf("the program printed:\n%s", w.Log())
	}
}

func TestDamagedGeometryIsIgnored(t *testing.T) {
	desk, home := workstation(t)
	remembered(t, desk, `{"width": "wide`)
	w := openWindow(t, desk, home)
	must(t, w.Until(t.Context(), "document.documentElement.dataset.ready === 'home'"))
	closes(t, desk, w)
}

func TestInterruptLeavesNothing(t *testing.T) {
	desk, home := workstation(t)
	w := openWindow(t, desk, home)
	must(t, w.Until(t.Context(), "document.documentElement.dataset.ready === 'home'"))
	must(t, syscall.Kill(w.PID, syscall.SIGINT))
	nothingLeft(t, w)
	// The vault was released: the command line can open it.
	out, err := exec.CommandContext(t.Context(), commandLine, "datasets", "--home", home, "--json").CombinedOutput()
	if err != nil {
		t.Errorf("the vault after an interrupt: %v: %s", err, out)
	}
}

func TestASessionWithoutABusStaysWithoutOne(t *testing.T) {
	if _, err := exec.LookPath("dbus-launch"); err != nil {
		t.Skip("nothing here would start a bus")
	}
	desk, home := workstation(t)
	desk.bus = ""
	w := openWindow(t, desk, home)
	must(t, w.Until(t.Context(), "document.documentElement.dataset.ready === 'home'"))
	closes(t, desk, w)
}

func TestNoDisplayIsSaidInOneParagraph(t *testing.T) {
	for name, env := range map[string][]string{
		"none":                 {},
		"one that isn't there": {"DISPLAY=:987654"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), program(t, desktop), "--home", filepath.Join(t.TempDir(), "vault"))
			cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
			said, err := cmd.CombinedOutput()
			if exitCode(err) != 1 || !strings.Contains(string(said), "vitrine serve") {
				t.Errorf("code %d, said %q", exitCode(err), said)
			}
		})
	}
}

// workstation is a fresh desk and a fresh demonstration vault on it.
func workstation(t *testing.T) (*Desk, string) {
	t.Helper()
	desk, err := NewDesk(t.Context(), t.TempDir())
	must(t, err)
	t.Cleanup(desk.Close)
	home := filepath.Join(desk.Folder, "vault")
	demo := exec.CommandContext(t.Context(), program(t, commandLine), "demo", "--home", home)
	if out, err := demo.CombinedOutput(); err != nil {
		t.Fatalf("make the demonstration vault: %v: %s", err, out)
	}
	return desk, home
}

func openWindow(t *testing.T, desk *Desk, home string) *Window {
	t.Helper()
	w, err := desk.Open(t.Context(), program(t, desktop), "--home", home)
	must(t, err)
	t.Cleanup(w.Kill)
	return w
}

// remembered writes the window's geometry file.
func remembered(t *testing.T, desk *Desk, geometry string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(geometryFile(desk)), 0o700))
	must(t, os.WriteFile(geometryFile(desk), []byte(geometry), 0o600))
}

func geometryFile(desk *Desk) string {
	return filepath.Join(desk.Folder, "config", "vitrine", "window.json")
}

// listensOnlyForTheDriver allows the one port that WebKit opens because a driver
// asked for it, named in WEBKIT_INSPECTOR_SERVER.
func listensOnlyForTheDriver(t *testing.T, w *Window) {
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", w.PID))
	must(t, err)
	ports, err := Listening(w.PID)
	must(t, err)
	for _, port := range ports {
		if !bytes.Contains(env, []byte("WEBKIT_INSPECTOR_SERVER=127.0.0.1:"+strconv.Itoa(port)+"\x00")) {
			t.Errorf("the window listens on port %d", port)
		}
	}
}

// picture keeps what the display shows beside the programs and checks that it is
// more than a background.
func picture(t *testing.T, desk *Desk, name string) {
	img, err := desk.Picture()
	must(t, err)
	must(t, os.MkdirAll(pictures, 0o755))
	file, err := os.Create(filepath.Join(pictures, name))
	must(t, err)
	defer file.Close()
	must(t, png.Encode(file, img))
	if n := colours(img); n < 20 {
		t.Errorf("the display shows %d colours: is the window blank?", n)
	}
}

func colours(img image.Image) int {
	seen := map[[3]uint32]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 3 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[[3]uint32{r, g, b}] = true
		}
	}
	return len(seen)
}

// secondStart hands over to the first window and ends.
func secondStart(t *testing.T, desk *Desk, home string) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t, desktop), "--home", home)
	cmd.Env = desk.Env()
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil || exitCode(err) != 1 {
		t.Errorf("code %d, %v, said %q", exitCode(err), ctx.Err(), said)
	}
}

// secondStartWithoutBus cannot reach the first window: it says why it stays
// closed, in a dialog and on stderr, and an interrupt ends it.
func secondStartWithoutBus(t *testing.T, desk *Desk, home string) {
	cmd := exec.CommandContext(t.Context(), program(t, desktop), "--home", home)
	cmd.Env = desk.Env("DBUS_SESSION_BUS_ADDRESS=disabled:")
	path := filepath.Join(desk.Folder, "second")
	said, err := os.Create(path)
	must(t, err)
	defer said.Close()
	cmd.Stderr = said
	must(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer cmd.Process.Kill()
	must(t, within(t.Context(), "the reason on stderr", func() (bool, error) {
		b, err := os.ReadFile(path)
		return strings.Contains(string(b), home) && strings.Contains(string(b), "open in"), err
	}))
	must(t, cmd.Process.Signal(os.Interrupt))
	select {
	case err := <-ended:
		if exitCode(err) != 1 {
			t.Errorf("code %d", exitCode(err))
		}
	case <-time.After(patience):
		t.Error("an interrupt did not end it")
	}
}

func closes(t *testing.T, desk *Desk, w *Window) {
	t.Helper()
	code, err := w.Close(t.Context())
	must(t, err)
	if code != 0 {
		t.Errorf("exit code %d: %s", code, w.Log())
	}
	nothingLeft(t, w)
	b, err := os.ReadFile(geometryFile(desk))
	must(t, err)
	var g struct{ Width, Height int }
	if err := json.Unmarshal(b, &g); err != nil || g.Width == 0 || g.Height == 0 {
		t.Errorf("remembered geometry %s: %v", b, err)
	}
}

func nothingLeft(t *testing.T, w *Window) {
	t.Helper()
	var left []int
	err := within(t.Context(), "the window's processes to end", func() (bool, error) {
		// The driver's own child, the launcher, carries no mark after the program.
		left = slices.DeleteFunc(w.Left(), func(pid int) bool { return pid == w.PID && !running(pid) })
		return len(left) == 0, nil
	})
	if err != nil {
		t.Errorf("%v: still there: %v", err, left)
	}
}

func running(pid int) bool { return syscall.Kill(pid, 0) == nil }

func program(t *testing.T, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	must(t, err)
	if _, err := os.Stat(absolute); err != nil {
		t.Fatalf("%v: build/programs.sh makes it", err)
	}
	return absolute
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Package windowtest opens the program's real window on a virtual display and
// drives it, as a person at a workstation would have it: its own display, its own
// session bus, its own home folder. Tests and benchmarks use it; nothing of it
// ships.
//
// Everything it starts it ends, by process id, and everything it waits for has an
// end in time.
package windowtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long anything may take before it counts as failed; the machine
// may be busy with other tests.
const patience = 45 * time.Second

// A Desk is a virtual workstation: display, session bus, home folder.
type Desk struct {
	Folder string // holds everything that programs on this desk write

	display string
	bus     string
	shim    string
	stop    []func()
}

// NewDesk starts a display and a session bus in folder, and builds the library
// that lets WebKitWebDriver in. Close ends them.
func NewDesk(ctx context.Context, folder string) (_ *Desk, err error) {
	d := &Desk{Folder: folder}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	for _, f := range []string{"home", "config", "data", "cache", "run"} {
		if err := os.MkdirAll(filepath.Join(folder, f), 0o700); err != nil {
			return nil, err
		}
	}
	number, err := d.serve(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1440x1000x24", "-fbdir", folder, "-nolisten", "tcp")
	if err != nil {
		return nil, err
	}
	d.display = ":" + number
	d.bus, err = d.serve(ctx, "dbus-daemon", "--session", "--nofork", "--print-address=3")
	if err != nil {
		return nil, err
	}
	return d, d.buildShim(ctx)
}

// Close ends what the desk started, last first.
func (d *Desk) Close() {
	for len(d.stop) > 0 {
		last := len(d.stop) - 1
		d.stop[last]()
		d.stop = d.stop[:last]
	}
}

// Env is the environment of a program on this desk: its display, its bus, and
// folders of its own, so that a test never touches the configuration of whoever
// runs it. Later values win.
func (d *Desk) Env(extra ...string) []string {
	at := func(name string) string { return filepath.Join(d.Folder, name) }
	env := []string{
		"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8",
		"DISPLAY=" + d.display, "DBUS_SESSION_BUS_ADDRESS=" + d.bus,
		"HOME=" + at("home"), "XDG_CONFIG_HOME=" + at("config"), "XDG_DATA_HOME=" + at("data"),
		"XDG_CACHE_HOME=" + at("cache"), "XDG_RUNTIME_DIR=" + at("run"),
		"NO_AT_BRIDGE=1", "GTK_A11Y=none", "LIBGL_ALWAYS_SOFTWARE=1",
	}
	return append(env, extra...)
}

// serve starts a server that writes one line about itself to file descriptor 3,
// returns that line, and ends the server with the desk.
func (d *Desk) serve(ctx context.Context, name string, args ...string) (string, error) {
	said, tell, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer said.Close()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.ExtraFiles = []*os.File{tell}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	err = cmd.Start()
	tell.Close()
	if err != nil {
		return "", fmt.Errorf("start %s: %w (build/setup.sh test installs it)", name, err)
	}
	d.stop = append(d.stop, func() { end(cmd) })
	if err := said.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s did not start: %w: %s", name, err, complaint.String())
	}
	return strings.TrimSpace(line), nil
}

// buildShim compiles automation.c.
func (d *Desk) buildShim(ctx context.Context) error {
	d.shim = filepath.Join(d.Folder, "automation.so")
	source := filepath.Join(d.Folder, "automation.c")
	if err := os.WriteFile(source, []byte(automation), 0o600); err != nil {
		return err
	}
	flags, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "webkit2gtk-4.1").Output()
	if err != nil {
		return fmt.Errorf("find WebKit: %w", err)
	}
	args := append([]string{"-shared", "-fPIC", "-o", d.shim, source}, strings.Fields(string(flags))...)
	if out, err := exec.CommandContext(ctx, "gcc", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("compile automation.c: %w: %s", err, out)
	}
	return nil
}

// end asks a process of ours to end, and makes it after a while.
func end(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(os.Interrupt)
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		_ = cmd.Process.Kill()
		<-gone
	}
}

// within polls until done says so. The error is done's last, or says what was
// waited for.
func within(ctx context.Context, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := done()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

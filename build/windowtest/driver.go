package windowtest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed shim/automation.c
var automation string

// A Window is the program's window, driven through WebKitWebDriver.
type Window struct {
	PID     int       // of the program itself
	Started time.Time // just before the program was executed

	driver  string // address of the driver
	session string
	folder  string
	mark    string
	cmd     *exec.Cmd
}

// Open starts program with args under the driver and returns when a page is
// there. Its folder keeps what it prints (log) and how it ended (code).
func (d *Desk) Open(ctx context.Context, program string, args ...string) (_ *Window, err error) {
	folder, err := os.MkdirTemp(d.Folder, "window")
	if err != nil {
		return nil, err
	}
	w := &Window{folder: folder, mark: "VITRINE_WINDOW=" + filepath.Base(folder)}
	defer func() {
		if err != nil {
			w.Kill()
		}
	}()
	launcher, err := d.launcher(w, program, args)
	if err != nil {
		return nil, err
	}
	if err := w.startDriver(ctx, d); err != nil {
		return nil, err
	}
	if err := w.newSession(ctx, launcher); err != nil {
		return nil, fmt.Errorf("open the window: %w: %s", err, w.Log())
	}
	return w, w.readStart()
}

// newSession asks the driver for a session, which starts the program and ends when
// a page is there. It is given up when the program ends instead.
func (w *Window) newSession(ctx context.Context, launcher string) error {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	go func() {
		_ = within(ctx, "the program to end", func() (bool, error) {
			_, err := w.number("code")
			return err == nil, err
		})
		giveUp(errors.New("the program ended"))
	}()
	var session struct{ SessionID string }
	options := map[string]any{"binary": launcher, "args": []string{}}
	capabilities := map[string]any{"alwaysMatch": map[string]any{"webkitgtk:browserOptions": options}}
	err := w.call(ctx, http.MethodPost, "/session", map[string]any{"capabilities": capabilities}, &session)
	w.session = session.SessionID
	if err != nil && context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	return err
}

// launcher writes the script that the driver takes for a browser. It stays until
// the program ends, because only its parent learns the exit code.
func (d *Desk) launcher(w *Window, program string, args []string) (string, error) {
	command := []string{"LD_PRELOAD=" + d.shim, w.mark, quote(program)}
	for _, a := range args {
		command = append(command, quote(a))
	}
	script := fmt.Sprintf("#!/bin/bash\ncd %s\necho ${EPOCHREALTIME/./} >started\n%s >log 2>&1 &\n"+
		"echo $! >pid\nwait $!\necho $? >code\n", quote(w.folder), strings.Join(command, " "))
	path := filepath.Join(w.folder, "launch")
	return path, os.WriteFile(path, []byte(script), 0o700)
}

// quote makes one word of a shell command.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

func (w *Window) startDriver(ctx context.Context, d *Desk) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	w.driver = "http://127.0.0.1:" + strconv.Itoa(port)
	w.cmd = exec.CommandContext(ctx, "WebKitWebDriver", "--port="+strconv.Itoa(port))
	w.cmd.Env = d.Env()
	if err := w.cmd.Start(); err != nil {
		return fmt.Errorf("start WebKitWebDriver: %w (build/setup.sh test installs it)", err)
	}
	return within(ctx, "WebKitWebDriver", func() (bool, error) {
		err := w.call(ctx, http.MethodGet, "/status", nil, nil)
		return err == nil, err
	})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (w *Window) readStart() error {
	pid, err := w.number("pid")
	if err != nil {
		return err
	}
	microseconds, err := w.number("started")
	w.PID, w.Started = pid, time.UnixMicro(int64(microseconds))
	return err
}

// number reads one of the launcher's files.
func (w *Window) number(name string) (int, error) {
	b, err := os.ReadFile(filepath.Join(w.folder, name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// Log is what the program printed.
func (w *Window) Log() string {
	b, err := os.ReadFile(filepath.Join(w.folder, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Script runs the body of a function in the page and decodes what it returns. A
// promise is waited for.
func (w *Window) Script(ctx context.Context, body string, result any) error {
	async := "const done = arguments[arguments.length - 1];" +
		"Promise.resolve().then(() => { " + body + " }).then((value) => done({ value }), (error) => done({ error: String(error) }))"
	var answer struct {
		Value json.RawMessage
		Error string
	}
	in := map[string]any{"script": async, "args": []any{}}
	if err := w.call(ctx, http.MethodPost, "/session/"+w.session+"/execute/async", in, &answer); err != nil {
		return err
	}
	if answer.Error != "" {
		return fmt.Errorf("in the page: %s", answer.Error)
	}
	if result == nil || len(answer.Value) == 0 {
		return nil
	}
	return json.Unmarshal(answer.Value, result)
}

// Until waits for a JavaScript expression to be true.
func (w *Window) Until(ctx context.Context, expression string) error {
	return within(ctx, expression, func() (ok bool, err error) {
		err = w.Script(ctx, "return Boolean("+expression+")", &ok)
		return ok, err
	})
}

// Close closes the window as a person does and returns the program's exit code.
func (w *Window) Close(ctx context.Context) (code int, err error) {
	if err := w.Script(ctx, "setTimeout(() => window.runtime.Quit(), 0)", nil); err != nil {
		return 0, err
	}
	err = within(ctx, "the program to end", func() (bool, error) {
		code, err = w.number("code")
		return err == nil, err
	})
	return code, err
}

// Left lists the processes of this window that are still running: the program and
// the helpers that WebKit started for it.
func (w *Window) Left() []int {
	var left []int
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range paths {
		env, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(env, []byte(w.mark+"\x00")) {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(path, "/")[2]); err == nil {
			left = append(left, pid)
		}
	}
	return left
}

// Kill ends the driver and whatever is left of the window. After Close there is
// nothing left but the driver.
func (w *Window) Kill() {
	if w.cmd != nil && w.cmd.Process != nil {
		end(w.cmd)
		w.cmd = nil
	}
	for _, pid := range w.Left() {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
}

// call speaks the WebDriver protocol: every answer is {"value": …}.
func (w *Window) call(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, w.driver+path, body)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %s: %w", method, path, response.Status, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer.Value)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, out)
}

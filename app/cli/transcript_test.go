package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vitrine": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// TestTranscripts runs testdata/*.txt: what a person types and what they see.
func TestTranscripts(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TESTDATA", filepath.Join(root, "testdata"))
			e.Setenv("VITRINE_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("VITRINE_DEMONSTRATION", filepath.Join(root, "testdata", "demonstration"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"value": value, "cut": cut, "edit": edit, "copydir": copydir,
			"occupy": occupy, "serving": serving, "exits": exits, "smalldisk": smalldisk, "flip": flip,
		},
	})
}

// value PATH WANT: the JSON printed last holds WANT at PATH (dots and indexes).
func value(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, key := range strings.Split(args[0], ".") {
		if i, err := strconv.Atoi(key); err == nil {
			v = v.([]any)[i]
			continue
		}
		v = v.(map[string]any)[key]
	}
	var want any
	ts.Check(json.Unmarshal([]byte(args[1]), &want))
	if reflect.DeepEqual(v, want) == neg {
		ts.Fatalf("%s is %v", args[0], v)
	}
}

// exits CODE COMMAND ...: the command ends with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// cut FILE FRACTION keeps the first part of a file.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	fraction, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	ts.Check(os.Truncate(path, int64(float64(info.Size())*fraction)))
}

// flip FILE AT turns one bit of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	data[at] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}

// edit FILE OLD NEW replaces the first OLD.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	if !strings.Contains(string(data), args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(path, []byte(strings.Replace(string(data), args[1], args[2], 1)), 0o644))
}

// copydir FROM TO copies a folder.
func copydir(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// occupy takes a port until the script ends and names it in $PORT.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { listener.Close() })
	ts.Setenv("PORT", strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
}

// serving waits until a background vitrine serve holds the vault.
func serving(ts *testscript.TestScript, neg bool, args []string) {
	lock := filepath.Join(ts.Getenv("VITRINE_HOME"), "core.db-wal")
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(lock); err == nil {
			return
		}
	}
	ts.Fatalf("vitrine serve did not open the vault within 30 s")
}

// smalldisk DIR BYTES mounts a disk of that size, and skips the script where
// that is not allowed.
func smalldisk(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	if err := mountSmall(dir, args[1]); err != nil {
		ts.Logf("no small disk here: %v", err)
		ts.Fatalf("skip")
	}
	ts.Defer(func() {
		if err := unmountSmall(dir); err != nil {
			fmt.Fprintln(os.Stderr, "unmount:", err)
		}
	})
}

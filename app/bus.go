package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// noBusOfOurOwn keeps the libraries below from starting a session bus where the
// session has none (a remote display, a bare X server): that bus would outlive the
// window. Without one a second start is told that the vault is in use, instead of
// raising the first.
func noBusOfOurOwn() {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return
	}
	for _, folder := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/run/user/" + strconv.Itoa(os.Getuid())} {
		if _, err := os.Stat(filepath.Join(folder, "bus")); folder != "" && err == nil {
			return
		}
	}
	_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
}

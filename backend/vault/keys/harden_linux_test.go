package keys_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"vitrine/backend/vault/keys"
)

func TestAHardenedProcessLeavesNoImage(t *testing.T) { runChild(t, "harden") }

func init() {
	children["harden"] = func() error {
		h := keys.HardenProcess()
		var core unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil {
			return err
		}
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		if err != nil {
			return err
		}
		if !h.CoreDumpsOff || !h.TracingOff || core.Cur != 0 || core.Max != 0 || dumpable != 0 {
			return errors.New("the process can still be dumped")
		}
		return nil
	}
}

// TestKeysAreLockedAndLeftOutOfDumps asks the kernel about a key's pages.
func TestKeysAreLockedAndLeftOutOfDumps(t *testing.T) {
	k := keys.NewKey()
	defer k.Destroy()
	var address uintptr
	must(t, k.Use(func(b []byte) error { address = uintptr(unsafe.Pointer(&b[0])); return nil }))
	flags := pageFlags(t, address)
	if !strings.Contains(flags, " dd") {
		t.Errorf("pages with flags %s go into dumps", flags)
	}
	if k.Locked() != strings.Contains(flags, " lo") {
		t.Errorf("Locked says %v, the kernel %s", k.Locked(), flags)
	}
}

// pageFlags reads VmFlags of the mapping that holds an address.
func pageFlags(t *testing.T, address uintptr) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip("no /proc/self/smaps here")
	}
	inside := false
	for _, line := range strings.Split(string(maps), "\n") {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			return flags
		}
	}
	t.Skip("no VmFlags here")
	return ""
}

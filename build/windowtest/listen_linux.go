package windowtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Listening lists the TCP ports that a process listens on, on any address.
func Listening(pid int) ([]int, error) {
	ours, err := sockets(pid)
	if err != nil {
		return nil, err
	}
	var ports []int
	for _, table := range []string{"tcp", "tcp6"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(string(b), "\n")[1:] {
			if port, ok := listener(line, ours); ok {
				ports = append(ports, port)
			}
		}
	}
	return ports, nil
}

// listener reads one row of /proc/net/tcp: local address, state (0A is listening)
// and inode are fields 1, 3 and 9.
func listener(line string, ours map[string]bool) (port int, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 10 || fields[3] != "0A" || !ours[fields[9]] {
		return 0, false
	}
	_, hexPort, _ := strings.Cut(fields[1], ":")
	n, err := strconv.ParseUint(hexPort, 16, 16)
	return int(n), err == nil
}

// sockets is the set of socket inodes that a process holds.
func sockets(pid int) (map[string]bool, error) {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(folder, e.Name()))
		if inode, ok := strings.CutPrefix(target, "socket:["); ok && err == nil {
			found[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return found, nil
}

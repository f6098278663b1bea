package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// grace is how long Wails has to close the window after a signal.
const grace = 3 * time.Second

// endOnSignal sees to it that Ctrl-C ends the program. Wails closes the window on
// a signal, but not while a native dialog is open: its own loop goes on. Then
// release is called and the process ends here.
func endOnSignal(release func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		time.Sleep(grace)
		release()
		os.Exit(failed)
	}()
}

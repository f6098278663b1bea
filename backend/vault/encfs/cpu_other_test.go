//go:build !unix

package encfs_test

import "time"

var began = time.Now()

// processorTime is wall time where the other is hard to get.
func processorTime() time.Duration { return time.Since(began) }

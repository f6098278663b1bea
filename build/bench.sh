#!/usr/bin/env bash
# What a person waits for, measured: program sizes, start of the server and of the
# window beside a bare Wails window, then the Go benchmarks.
set -euo pipefail
. "$(dirname "$0")/env.sh"

build/setup.sh test
. build/env.sh
build/ui.sh
build/programs.sh
CGO_ENABLED=1 go build "${go_flags[@]}" -tags "$window_tags" -o "$bin/bare" ./build/bench/bare

say "Sizes and starts:"
limits=0
go run ./build/bench || limits=$?
say "Go benchmarks:"
go test -run '^$' -bench . -benchmem ./backend/... | grep -E '^(Benchmark|pkg:)'
exit $limits

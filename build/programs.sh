#!/usr/bin/env bash
# Builds the programs into build/bin: vitrine (command line and server, no C) and,
# unless called with "serve", vitrine-desktop (the window). Go skips what it has.
set -euo pipefail
. "$(dirname "$0")/env.sh"

CGO_ENABLED=0 go build "${go_flags[@]}" -o "$bin/vitrine" ./app/cli
[ "${1:-}" = serve ] && exit
CGO_ENABLED=1 go build "${go_flags[@]}" -tags "$window_tags" -o "$bin/vitrine-desktop" ./app

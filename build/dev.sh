#!/usr/bin/env bash
# The window with hot reload: a change in frontend/ shows at once, a change in
# backend/ after a few seconds.
set -euo pipefail
. "$(dirname "$0")/env.sh"

build/setup.sh window
. build/env.sh
exec go run "github.com/wailsapp/wails/v2/cmd/wails@$wails_version" dev \
	-compiler "$root/build/go.sh" -m -nosyncgomod -skipbindings -tags webkit2_41

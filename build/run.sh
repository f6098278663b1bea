#!/usr/bin/env bash
# From a checkout to the running program: install what is missing, build, make the
# demonstration vault, open the window. Without a display the same UI is served to
# a browser on this machine. VITRINE_HOME names the data folder.
set -euo pipefail
. "$(dirname "$0")/env.sh"

door=window
has_display || door=serve

build/setup.sh "$door"
. build/env.sh # setup may have brought a newer Node
build/ui.sh
build/programs.sh "$door"
"$bin/vitrine" demo

# exec: Ctrl-C reaches the program itself, and no shell stays behind.
if [ "$door" = serve ]; then
	say "There is no display here, so Vitrine serves the same UI to a browser. Ctrl-C stops it."
	exec "$bin/vitrine" serve
fi
exec "$bin/vitrine-desktop"

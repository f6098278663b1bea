# Sourced by the scripts beside it: where the repository is, which tools and which
# version they use. Sets nothing outside the shell that sources it.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/bin
tools=$bin/tools
cd "$root" || exit 1

wails_version=v2.15.0
staticcheck_version=v0.7.0
# Vite 8 and Mantine 9 ask for this Node or newer.
node_wanted=20.19.0

say() { printf '\n%s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# at_least 20.19.0 22.1.0: is the second version the first or newer?
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

node_version() { node --version 2>/dev/null | sed 's/^v//'; }
node_is_recent() { have npm && at_least "$node_wanted" "$(node_version || true)" && [ -n "$(node_version)" ]; }

# The project's own Node (see setup.sh) is used only where the system's is too old.
if ! node_is_recent && [ -x "$tools/node_modules/.bin/node" ]; then
	PATH=$tools/node_modules/.bin:$PATH
	export PATH
fi

# A fresh container has no git identity and may not own the checkout; Go then
# cannot read the commit and must not fail for it.
version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
go_flags=(-trimpath -ldflags "-s -w -X vitrine/backend.version=$version")
git rev-parse HEAD >/dev/null 2>&1 || go_flags+=(-buildvcs=false)
window_tags=desktop,production,webkit2_41

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

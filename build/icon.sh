#!/usr/bin/env bash
# Draws the icons from build/appicon.svg. Run it after a change of the drawing and
# commit what it writes. Needs librsvg2-bin and imagemagick.
set -euo pipefail
. "$(dirname "$0")/env.sh"

draw() { rsvg-convert --width "$1" --height "$1" build/appicon.svg --output "$2"; }

draw 1024 build/appicon.png
draw 128 app/icon.png
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
for size in 16 24 32 48 64 128 256; do draw $size "$parts/$size.png"; done
convert "$parts"/{16,24,32,48,64,128,256}.png build/windows/icon.ico

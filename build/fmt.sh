#!/usr/bin/env bash
# Writes Go and UI sources in their one layout.
set -euo pipefail
. "$(dirname "$0")/env.sh"

git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -w
build/ui.sh
(cd frontend && npm run --silent fmt)

#!/usr/bin/env bash
# Builds the UI into frontend/dist. What has not changed since the last time is
# not done again: npm packages by their lock file, the build by its sources.
set -euo pipefail
. "$(dirname "$0")/env.sh"

hash_of() { sha256sum | cut -d ' ' -f 1; }

sources() {
	find frontend -type f \
		-not -path '*/node_modules/*' -not -path 'frontend/dist/*' \
		-not -path '*/test-results/*' -not -path '*/playwright-report/*' \
		-print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

lock=$(hash_of <frontend/package-lock.json)
if [ "$(cat frontend/node_modules/.vitrine-lock 2>/dev/null)" != "$lock" ]; then
	say "Installing the UI's packages."
	(cd frontend && npm ci --no-audit --no-fund --loglevel=error)
	echo "$lock" >frontend/node_modules/.vitrine-lock
fi

mkdir -p "$bin"
built=$(sources | hash_of)
if [ ! -f frontend/dist/index.html ] || [ "$(cat "$bin/ui.stamp" 2>/dev/null)" != "$built" ]; then
	say "Building the UI."
	(cd frontend && npm run --silent build)
	echo "$built" >"$bin/ui.stamp"
fi

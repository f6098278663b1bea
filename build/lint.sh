#!/usr/bin/env bash
# Everything that reads code without running it. The UI's packages must be there
# (build/ui.sh brings them).
set -euo pipefail
. "$(dirname "$0")/env.sh"

unformatted=$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'gofmt would change these files; run make fmt:\n%s\n' "$unformatted" >&2
	exit 1
fi
# build/ is kept out of ./... (see go.mod), so its packages are named.
go vet ./... ./build/windowtest ./build/bench
go vet -tags window ./build/windowtest
go vet -tags "$window_tags" ./app ./build/bench/bare
GOOS=windows CGO_ENABLED=0 go vet ./app/... ./backend/vault/...
go run "honnef.co/go/tools/cmd/staticcheck@$staticcheck_version" ./... ./build/windowtest ./build/bench
(cd frontend && npm run --silent lint)

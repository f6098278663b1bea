#!/usr/bin/env bash
# Everything that CI runs, in the order in which a mistake is found soonest. The
# first failing step ends the run with its own output.
set -euo pipefail
. "$(dirname "$0")/env.sh"

step() { # step "what" COMMAND...
	local what=$1 started=$SECONDS
	shift
	say "== $what"
	"$@"
	printf '== %s: done in %d s\n' "$what" $((SECONDS - started))
}

changes() { git status --porcelain; }
unchanged() {
	local after
	after=$(changes)
	[ "$after" = "$before" ] && return
	printf 'The build or a test changed the checkout:\n%s\n' "$after" >&2
	return 1
}

go_tests() { go test ./...; }
go_without_c() { CGO_ENABLED=0 go build ./...; }
ui_tests() { (cd frontend && npm run --silent api:check && npm test --silent); }
ui_size() { (cd frontend && npm run --silent size); }
# The browser would start a session bus where there is none, and leave it running.
journeys() { (export DBUS_SESSION_BUS_ADDRESS=disabled: && cd frontend && npm run --silent e2e); }
window() { go test -tags window -count=1 -timeout 5m ./build/windowtest; }

build/setup.sh test
. build/env.sh
before=$(changes)
step "Go builds on a fresh clone, without C" go_without_c
step "Go tests" go_tests
step "the UI builds" build/ui.sh
step "lint" build/lint.sh
step "UI tests" ui_tests
step "the UI is no larger than agreed" ui_size
step "the programs build" build/programs.sh
step "journeys in a browser" journeys
step "the window" window
step "the checkout is as it was" unchanged
say "All passed in $((SECONDS / 60)) min $((SECONDS % 60)) s."

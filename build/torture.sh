#!/usr/bin/env bash
# The long runs of the encrypted files (backend/vault/encfs): 1,000 kills, 1,000
# power cuts, each change to the disk refused in turn, 40 random histories
# compared with plain SQLite, readers beside a writer; then all short tests twice
# under the race detector, and a minute of fuzzing for each decoder. About 15
# minutes on two cores. build/torture.sh 'Kill' runs the tests of that name only.
set -euo pipefail
. "$(dirname "$0")/env.sh"

only=${1:-.}
package=./backend/vault/encfs

say "== the tests, in full"
VITRINE_TORTURE=1 go test -count=1 -timeout 2h -v -run "$only" "$package" | grep -Ev '^(=== |    --- PASS)'
VITRINE_TORTURE=1 go test -count=1 -timeout 2h -run "$only" ./backend/vault
[ "$only" = . ] || exit 0

say "== the short tests under the race detector"
go test -race -count=2 -timeout 1h "$package"

for target in FuzzOpenPage FuzzRecord FuzzFiles; do
	say "== $target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${VITRINE_FUZZ_TIME:-60s}" -fuzzminimizetime 1x "$package"
done

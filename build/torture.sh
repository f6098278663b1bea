#!/usr/bin/env bash
# The long runs of the encrypted files (backend/vault/encfs): 1,000 kills, 1,000
# power cuts, each change to the disk refused in turn, 40 random histories
# compared with plain SQLite, readers and a writer, the same under the race
# detector, and a minute of fuzzing for each decoder. About 20 minutes on two
# cores. build/torture.sh 'Kill' runs the tests of that name only.
set -euo pipefail
. "$(dirname "$0")/env.sh"

only=${1:-.}
package=./backend/vault/encfs
export VITRINE_TORTURE=1

say "== the tests, in full"
go test -count=1 -timeout 2h -v -run "$only" "$package" | grep -Ev '^(=== |    --- PASS)'
[ "$only" = . ] || exit 0

say "== readers, a writer and rotation under the race detector"
go test -race -count=1 -timeout 1h -run 'Readers|Rotation|AnyWork|CheckInUse' "$package"

for target in FuzzOpenPage FuzzRecord FuzzFiles; do
	say "== $target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${VITRINE_FUZZ_TIME:-60s}" "$package"
done

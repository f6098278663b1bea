#!/bin/sh
# Stand-in for the go command, for `wails build -compiler build/go.sh`. The Wails
# command line builds the package in the current directory; ours lives in ./app,
# so this points the build there and lays the Windows resources beside it.
if [ "$1" = build ]; then
	cp ./*-res.syso app/ 2>/dev/null
	go "$@" ./app
	rc=$?
	rm -f app/*-res.syso
	exit $rc
fi
exec go "$@"

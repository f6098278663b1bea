#!/usr/bin/env bash
# Makes this machine able to build Vitrine: says what is missing and what each
# thing is for, then installs it. With nothing missing it says nothing and takes
# no time.
#
#   build/setup.sh serve    the command line and the UI in a browser
#   build/setup.sh window   also the desktop window
#   build/setup.sh test     also what the tests drive: a browser, a virtual display
set -euo pipefail
. "$(dirname "$0")/env.sh"

purpose=${1:-window}
packages=() # Debian packages to install
missing=()  # one line for each: what, and what for

need() { # need PACKAGE "what for" CHECK...
	local package=$1 why=$2
	shift 2
	"$@" >/dev/null 2>&1 && return
	packages+=("$package")
	missing+=("$package: $why")
}

check_go() {
	if ! have go; then
		echo "Vitrine needs Go 1.26 or newer, and there is no go command here. Install it from https://go.dev/dl/ and run this again." >&2
		exit 1
	fi
}

list_missing() {
	need ca-certificates "packages are fetched over TLS" test -e /etc/ssl/certs/ca-certificates.crt
	need git "the version shown in the program is the commit" have git
	# Debian's npm brings a Node that may be too old; it then fetches a newer one.
	node_is_recent || need npm "builds the UI (with Node $node_wanted or newer)" have npm
	[ "$purpose" = serve ] && return
	need gcc "the window binds to GTK through C" have gcc
	need libc6-dev "C headers" test -e /usr/include/stdlib.h
	need pkg-config "finds the GTK headers" have pkg-config
	need libgtk-3-dev "the window, its menu and its dialogs" pkg-config --exists gtk+-3.0
	need libwebkit2gtk-4.1-dev "shows the UI in the window" pkg-config --exists webkit2gtk-4.1
	[ "$purpose" = window ] && return
	need xvfb "a virtual display for the window test" have Xvfb
	need dbus-daemon "a session bus for the window test" have dbus-run-session
	need webkit2gtk-driver "drives the window in the test" have WebKitWebDriver
	need chromium "drives the UI in a browser in the test" have chromium
	need procps "the test checks that no process is left" have ps
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; elif [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
}

may_install() { have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; }; }

install_packages() {
	[ ${#packages[@]} = 0 ] && return
	say "This machine lacks what Vitrine is built with:"
	printf '  %s\n' "${missing[@]}"
	local command="apt-get install -y --no-install-recommends ${packages[*]}"
	if ! may_install; then
		echo "Install them and run this again. On Debian or Ubuntu, as root:"
		echo "  apt-get update && $command"
		exit 1
	fi >&2
	say "Installing them with apt."
	as_root apt-get update -qq
	# shellcheck disable=SC2086 # the command is words
	as_root env DEBIAN_FRONTEND=noninteractive $command -qq -o=Dpkg::Use-Pty=0 >/dev/null
}

# Debian's Node can be older than the UI's tools accept. The npm registry carries
# Node itself; it goes into build/bin, and nothing else on the machine sees it.
install_node() {
	node_is_recent && return
	local kind
	case "$(uname -s)-$(uname -m)" in
	Linux-x86_64) kind=linux-x64 ;;
	Linux-aarch64) kind=linux-arm64 ;;
	*)
		echo "Node $(node_version) is too old: the UI needs $node_wanted or newer. Install it from https://nodejs.org/ and run this again." >&2
		exit 1
		;;
	esac
	say "Node $(node_version) is older than the UI's tools accept ($node_wanted): installing Node 22 into build/bin/tools."
	npm install --prefix "$tools" --no-audit --no-fund --no-save --loglevel=error "node-$kind@22" npm@10
}

check_go
list_missing
install_packages
install_node

#!/bin/sh
# finpipe in one file, for @SYSTEM@: this script, and after its last line what it runs, as tar and gzip.
# The first start unpacks that into a folder of the user's own; later ones run it from there.
set -eu

version='@VERSION@'
system='@SYSTEM@'
hash='@HASH@'
megabytes=@MEGABYTES@
lines=@LINES@

fail() {
  printf 'finpipe: %s\n  %s\n' "$2" "$3" >&2
  exit "$1"
}

# Another user's folder could hold another user's program. Only -O asks for that without a process more.
# shellcheck disable=SC3067
is_ours() { [ ! -L "$cache" ] && [ -d "$cache" ] && [ -O "$cache" ]; }

# Each file is renamed into its place, the mark that all are there comes last: so this may be killed at
# any moment, and two may do it at once, since both put the same files there.
unpack() {
  mask=$(umask)
  umask 077
  elsewhere="Set XDG_CACHE_HOME to a folder of yours that can be written and has room for $megabytes MB"
  [ -r "$0" ] || fail 1 "Cannot read $0, which holds the program" "Run finpipe by its path"
  here="$(uname -s) $(uname -m)"
  [ "$here" = "$system" ] ||
    fail 1 "This file is for $system, and this machine is $here" "Get the file for this machine"
  trouble=$(mkdir -p "$cache" 2>&1) ||
    fail 3 "Cannot make the folder that finpipe is unpacked into: $trouble" "$elsewhere"
  is_ours ||
    fail 3 "Cannot unpack finpipe into $cache: it is another user's, or a link" "$elsewhere"
  find "$cache" -name 'new-*' -prune -mtime +0 -exec rm -rf {} + 2>/dev/null || :
  new=$(mktemp -d "$cache/new-XXXXXX" 2>&1) ||
    fail 3 "Cannot unpack finpipe into $cache: $new" "$elsewhere"
  trap 'rm -rf "$new"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # gzip leaves a mark where all that it read was whole: a pipe only has the exit code of its end.
  trouble=$({
    tail -n +$((lines + 1)) "$0" | { gzip -dc && : >"$new/whole"; } | tar -xf - -C "$new"
  } 2>&1) && [ -e "$new/whole" ] ||
    fail 1 "Cannot unpack finpipe into $cache: $trouble" \
      "If the file $0 is damaged, get it again. If the disk is full: $elsewhere"
  trouble=$("$new/finpipe" --version 2>&1) ||
    fail 1 "Cannot run what finpipe was unpacked to: $trouble" \
      "It needs a glibc, and a folder on a file system without noexec: XDG_CACHE_HOME names another"
  sync "$new/finpipe" "$new"/dist/* 2>/dev/null || :
  trouble=$({
    mkdir -p "$program/dist" && mv -f "$new"/dist/* "$program/dist" &&
      mv -f "$new/finpipe" "$program/finpipe" && : >"$program/ready"
  } 2>&1) || fail 1 "Cannot unpack finpipe into $program: $trouble" "$elsewhere"
  rm -rf "$new"
  trap - EXIT HUP INT TERM
  umask "$mask"
}

# What this file is, also where it cannot be unpacked.
if [ "$#" -eq 1 ] && [ "$1" = --version ]; then
  echo "$version"
  exit
fi

if [ "${HOME:-/}" != / ] && [ -d "$HOME" ]; then
  cache=$HOME/.cache/finpipe
else
  cache=${TMPDIR:-/tmp}/finpipe-$(id -u)
fi
# The rules of that variable: a path that is not absolute does not count.
case ${XDG_CACHE_HOME-} in /*) cache=$XDG_CACHE_HOME/finpipe ;; esac
program=$cache/$hash
if ! is_ours || [ ! -e "$program/ready" ]; then unpack; fi

# Deno keeps what it makes beside the program, and asks no server for a newer Deno.
DENO_DIR=$program/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
export DENO_DIR DENO_NO_UPDATE_CHECK DENO_NO_PACKAGE_JSON
exec "$program/finpipe" run @FLAGS@ "$program/dist/main.js" "$@"

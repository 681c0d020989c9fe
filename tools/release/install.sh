#!/bin/sh
# Installs finpipe @VERSION@: downloads the binary for this machine, checks its sha256, and puts it into a
# folder of the PATH.
#
#   curl -fsSL @FROM@/install.sh | sh
#
# FINPIPE_INSTALL_DIR  the folder; /usr/local/bin for root, else $HOME/.local/bin
# FINPIPE_INSTALL_FROM where the files are, for a mirror; @FROM@
set -eu

fail() {
  printf 'finpipe: %s\n  %s\n' "$2" "$3" >&2
  exit "$1"
}

# What this machine is called in the names of files.
target_of() {
  case $1 in
    "Linux x86_64" | "Linux amd64") echo x86_64-unknown-linux-gnu ;;
    "Linux aarch64" | "Linux arm64") echo aarch64-unknown-linux-gnu ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
  esac
}

has() { command -v "$1" >/dev/null 2>&1; }

# Downloads a file, all of it, or says why not.
download() {
  if has curl; then curl -fsSL -o "$2" "$1" 2>&1; else wget -nv -t 2 -O "$2" "$1" 2>&1; fi
}

sha256_of() {
  if has sha256sum; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -c 1-64
}

# The whole work is a function, so that half of this script, as a broken download gives, does nothing.
main() {
  from=${FINPIPE_INSTALL_FROM:-@FROM@}
  machine="$(uname -s) $(uname -m)"
  target=$(target_of "$machine")
  [ -n "$target" ] ||
    fail 1 "There is no binary of finpipe for $machine" "Run it from a clone: docs/install.md there says how"
  has curl || has wget ||
    fail 1 "Neither curl nor wget was found" "Install one of them"
  has sha256sum || has shasum ||
    fail 1 "Neither sha256sum nor shasum was found" "Install one of them: nothing is installed unchecked"
  if [ -n "${FINPIPE_INSTALL_DIR-}" ]; then
    folder=$FINPIPE_INSTALL_DIR
  elif [ "$(id -u)" = 0 ]; then
    folder=/usr/local/bin
  else
    folder=${HOME:?}/.local/bin
  fi
  elsewhere="Set FINPIPE_INSTALL_DIR to a folder that you can write"
  trouble=$(mkdir -p "$folder" 2>&1) || fail 3 "Cannot make $folder: $trouble" "$elsewhere"
  # In the folder itself, so that finpipe comes into its place by one rename.
  draft=$(mktemp -d "$folder/.finpipe-XXXXXX" 2>&1) || fail 3 "Cannot write to $folder: $draft" "$elsewhere"
  trap 'rm -rf "$draft"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  name=finpipe-$target
  for file in SHA256SUMS "$name"; do
    trouble=$(download "$from/$file" "$draft/$file") ||
      fail 69 "Cannot download $from/$file: $trouble" "Check the network and that address, and run this again"
  done
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$name\$/\1/p" "$draft/SHA256SUMS")
  [ -n "$expected" ] ||
    fail 4 "$from/SHA256SUMS has no sum for $name" "Tell whoever runs $from"
  found=$(sha256_of "$draft/$name")
  [ "$found" = "$expected" ] ||
    fail 4 "The sha256 of $from/$name is $found, and should be $expected" \
      "Nothing was installed: run this again, and if that does not help, tell whoever runs $from"

  chmod 755 "$draft/$name"
  version=$("$draft/$name" --version 2>&1) ||
    fail 1 "Cannot run finpipe on this machine: $version" "It needs a glibc; see docs/install.md in a clone"
  mv -f "$draft/$name" "$folder/finpipe"
  printf 'Installed in %s: %s\n' "$folder" "$version"
  case :$PATH: in
    *":$folder:"*) ;;
    *) printf "%s is not in your PATH. This adds it: 'export PATH=%s:\$PATH'\n" "$folder" "$folder" ;;
  esac
}

main

#!/bin/sh
# Puts finpipe's dashboard into an Apache Superset: the connection, the mart as a dataset, four charts, and
# the dashboard with its two filters. README.md beside this file says what to install first.
#
#   SUPERSET_VERTICA_URI='vertica+vertica_python://reader:password@host:5433/db' deploy/superset/import.sh [USER]
#
# It runs in Superset's environment. USER (default: admin) is the user of Superset who will own the dashboard.
# Run it again after an update of finpipe, or with another address: it replaces what it made before.
# Exit codes are finpipe's: 2 usage, 3 settings or rights, 69 the warehouse does not respond, 130 and 143 interrupted,
# 1 Superset refused something.
set -eu

if [ $# -gt 1 ]; then
  echo "import.sh takes one argument, a user of Superset, not $#" >&2
  exit 2
fi
if [ -z "${SUPERSET_VERTICA_URI:-}" ]; then
  echo "SUPERSET_VERTICA_URI is not set: the address of the warehouse, as SQLAlchemy writes it" >&2
  echo "  For example vertica+vertica_python://reader:password@vertica:5433/finpipe" >&2
  exit 3
fi
if ! superset=$(command -v superset); then
  echo "There is no command superset on the PATH" >&2
  echo "  Activate the environment that Superset is installed in, and run this again" >&2
  exit 3
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
python=$(dirname -- "$(readlink -f -- "$superset")")/python3
[ -x "$python" ] || python=python3

# The address has a password: it goes by the environment, and into a folder that only its owner reads.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A shell that a signal ends skips the line above, unless told so.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
"$python" "$here/prepare.py" "$here/assets" "$work/finpipe"

# The first command gives the dashboard its owner, and fails if an asset is wrong. It leaves a connection,
# a dataset and charts as they are if they are there already; the second replaces them, but has no owner.
user=${1:-admin}
import() {
  superset "$@" >"$work/log" 2>&1 && return
  if grep -q "'NoneType' object has no attribute 'is_anonymous'" "$work/log"; then
    echo "Superset has no user $user" >&2
    echo "  Name one of its users who may create charts: superset fab list-users" >&2
    exit 3
  fi
  tail -n 20 "$work/log" >&2
  echo "Cannot import the dashboard: superset $1 failed, and said the lines above" >&2
  exit 1
}
import import-dashboards --path "$work/finpipe.zip" --username "$user"
import import-directory --overwrite "$work/finpipe"
echo "The dashboard finpipe is at /superset/dashboard/finpipe/ of your Superset"

#!/bin/sh
# Puts finpipe's dashboard into an Apache Superset: the connection, the mart as a dataset, four charts and
# the dashboard with its two filters. Charts and dashboard that are there already are replaced; a connection
# of the name "finpipe" is left as it is.
#
#   SUPERSET_VERTICA_URI='vertica+vertica_python://reader:password@host:5433/db' deploy/superset/import.sh [USER]
#
# It runs where the command `superset` runs, with its environment: USER (default: admin) will own what it makes.
set -eu

if [ -z "${SUPERSET_VERTICA_URI:-}" ]; then
  echo "SUPERSET_VERTICA_URI is not set: the address of the warehouse, as SQLAlchemy has it" >&2
  echo "  For example vertica+vertica_python://reader:password@vertica:5433/finpipe" >&2
  exit 3
fi

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The address goes by the environment and a folder that only its owner reads: it has a password.
python3 - "$here/assets" "$work/finpipe.zip" <<'EOF'
import json, os, sys, zipfile
from pathlib import Path

assets, target = map(Path, sys.argv[1:])
uri = json.dumps(os.environ["SUPERSET_VERTICA_URI"])
schema = json.dumps(os.environ.get("FINPIPE_MART_SCHEMA") or "finpipe_mart")
with zipfile.ZipFile(target, "w") as bundle:
    for path in sorted(assets.rglob("*.yaml")):
        lines = path.read_text().splitlines()
        for index, line in enumerate(lines):
            if line.startswith("sqlalchemy_uri: "):
                lines[index] = f"sqlalchemy_uri: {uri}"
            if line.startswith("schema: "):
                lines[index] = f"schema: {schema}"
        bundle.writestr(f"finpipe/{path.relative_to(assets)}", "\n".join(lines) + "\n")
EOF
superset import-dashboards --path "$work/finpipe.zip" --username "${1:-admin}"

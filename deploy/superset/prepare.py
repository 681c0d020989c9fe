"""Called by import.sh: prepare.py ASSETS FOLDER

Asks the warehouse for what the charts need, as the user who will show them, and writes the assets with the
warehouse's address to FOLDER and FOLDER.zip. A failure says what to do, and never the password.
"""

import os
import re
import shutil
import sys
from pathlib import Path

USAGE, CONFIGURATION, UNREACHABLE = 2, 3, 69
# Classes of SQLSTATE: the connection, the operator.
UNREACHABLE_STATES = ("08", "57")
DIALECT = "pip install sqlalchemy-vertica-python==0.6.3 vertica-python==1.4.0"


def fail(code: int, message: str, hint: str) -> None:
    sys.stderr.write(f"{message}\n  {hint}\n")
    sys.exit(code)


try:
    import yaml
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
    from sqlalchemy.pool import NullPool
except ImportError as error:
    fail(
        CONFIGURATION,
        f"{sys.executable} is not the Python that Superset is installed in: {error}",
        "Activate the environment that Superset is installed in, and run this again",
    )


def engine_of(address: str):
    try:
        url = make_url(address)
        # Seconds. Without it, a server that accepts and does not answer is waited for forever.
        options = {"connection_timeout": 30} if url.drivername.endswith("vertica_python") else {}
        return create_engine(url, poolclass=NullPool, connect_args=options)
    except (NoSuchModuleError, ImportError) as error:
        fail(CONFIGURATION, f"Superset's Python has no such dialect of Vertica: {error}", f"Run {DIALECT}")
    except (ArgumentError, ValueError):
        fail(
            CONFIGURATION,
            "SUPERSET_VERTICA_URI is not an address that SQLAlchemy can read",
            "Write vertica+vertica_python://USER:PASSWORD@HOST:5433/DATABASE; in USER and PASSWORD"
            " write %40 for @, %2F for /, %3A for :",
        )


def ask(address: str, schema: str, dataset: dict) -> None:
    """Reads no rows: it is enough that the server takes the query."""
    engine = engine_of(address)
    table = f"{schema}.{dataset['table_name']}"
    columns = ", ".join(column["column_name"] for column in dataset["columns"])
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT {columns} FROM {table} LIMIT 0"))
    except (DBAPIError, OSError) as error:
        refuse(str(getattr(error, "orig", error)), engine.url, table)


def refuse(reason: str, url, table: str) -> None:
    """Says why the warehouse did not take the query; vertica-python words an answer of the server so."""
    place = f"{url.host}:{url.port or 5433}"
    answer = re.search(r"Message: (.*?), (?:Detail: |Hint: |Sqlstate: )", reason, re.DOTALL)
    state = re.search(r"Sqlstate: (\w{5})", reason)
    said = (answer[1] if answer else reason).strip().split("\n")[0]
    if state and state[1].startswith("28"):
        fail(
            CONFIGURATION,
            f"The warehouse at {place} does not let {url.username} in: {said}",
            "Check user and password of SUPERSET_VERTICA_URI",
        )
    if state and state[1][:2] not in UNREACHABLE_STATES:
        fail(
            CONFIGURATION,
            f"The warehouse at {place} does not let {url.username} read {table}: {said}",
            "If there is no such table, run finpipe init, or set FINPIPE_MART_SCHEMA to the mart's schema;"
            " if a right is missing, give the user the role for readers, as README.md here says",
        )
    fail(
        UNREACHABLE,
        f"The warehouse at {place} does not respond: {said}",
        "Check the host, the port and tlsmode of SUPERSET_VERTICA_URI from this machine",
    )


def main(source: Path, target: Path) -> None:
    address = os.environ["SUPERSET_VERTICA_URI"]
    schema = os.environ.get("FINPIPE_MART_SCHEMA") or "finpipe_mart"
    assets = {path.relative_to(source): yaml.safe_load(path.read_text()) for path in source.rglob("*.yaml")}
    for path, asset in assets.items():
        if path.parts[0] == "databases":
            asset["sqlalchemy_uri"] = address
        if path.parts[0] == "datasets":
            asset["schema"] = schema
            ask(address, schema, asset)
    for path, asset in assets.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(yaml.safe_dump(asset, sort_keys=False))
    shutil.make_archive(str(target), "zip", target.parent, target.name)


if len(sys.argv) != 3:
    fail(USAGE, "prepare.py takes two arguments, ASSETS and FOLDER", "Run import.sh, which calls it")
main(Path(sys.argv[1]), Path(sys.argv[2]))

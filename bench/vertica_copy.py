"""vertica-python's COPY of a file, for bench/vertica_load.ts: host, port, user, database, file; the
statement is read from stdin."""

import sys

import vertica_python

host, port, user, database, path = sys.argv[1:]
info = {
    "host": host,
    "port": int(port),
    "user": user,
    "password": "",
    "database": database,
    "tlsmode": "disable",
}
with vertica_python.connect(**info) as connection, open(path, "rb") as file:
    cursor = connection.cursor()
    cursor.copy(sys.stdin.read(), file)

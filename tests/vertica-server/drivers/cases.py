"""What the driver vertica-python makes of a server; driver_clients.ts says how it is run."""

import datetime
import decimal
import io
import json
import ssl
import sys
import threading
import uuid

import vertica_python

host, port, user, password, database = sys.argv[1:6]
authority = sys.argv[6] if len(sys.argv) > 6 else None

COPY = """COPY public.python_copied (id, name) FROM STDIN DELIMITER ','
  ENFORCELENGTH REJECTED DATA AS TABLE public.python_rejected"""

COPY_LOCAL = """COPY public.python_copied (id, name) FROM LOCAL STDIN DELIMITER ','
  ENFORCELENGTH"""


def connect(**options):
    info = {
        "host": host,
        "port": int(port),
        "user": user,
        "password": password,
        "database": database,
        "tlsmode": "disable",
        "autocommit": True,
        "connection_timeout": 10,
    }
    return vertica_python.connect(**{**info, **options})


def text(value):
    """Values as text that does not depend on the driver's types."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.datetime):
        zone = value.utcoffset()
        if zone is not None:
            value = (value - zone).replace(tzinfo=None)
        return str(value).rstrip("0").rstrip(".") if value.microsecond else str(value)
    if isinstance(value, (int, float, decimal.Decimal, datetime.date, uuid.UUID)):
        return str(value)
    raise TypeError(type(value))


def rows(cursor, sql, *parameters, **options):
    cursor.execute(sql, *parameters, **options)
    return [[text(value) for value in row] for row in cursor.fetchall()]


def error_of(action):
    try:
        action()
    except vertica_python.Error as error:
        response = getattr(error, "error_response", None)
        if response is not None:
            return {
                "sqlstate": response.sqlstate,
                "code": int(response.error_code),
                "message": response.message,
            }
        # At login the driver has made one text of the server's fields.
        fields = dict(part.split(": ", 1) for part in str(error).split(", ") if ": " in part)
        return {
            "sqlstate": fields.get("Sqlstate"),
            "code": int(fields["Error Code"]) if "Error Code" in fields else None,
            "message": fields.get("Message", str(error)),
        }
    raise AssertionError("There was no error")


class Failed(Exception):
    """Carries an error that was expected to the one place that shows it."""

    def __init__(self, error):
        self.error = error


def case_connect():
    with connect() as connection:
        return rows(connection.cursor(), "SELECT 1 AS one")


def case_wrong_password():
    raise Failed(error_of(lambda: connect(password="wrong")))


def case_types():
    with connect() as connection:
        return rows(
            connection.cursor(),
            """SELECT TRUE, 9223372036854775807, -9223372036854775807, 1.5::FLOAT, 'äb,"'::VARCHAR(10),
              'ab'::CHAR(2), DATE '2022-10-01', TIMESTAMP '2022-10-01 00:33:12.5',
              '0F8FAD5B-D9CB-469F-A165-70867728950E'::UUID, 12.345::NUMERIC(18,6),
              999999999999.999999::NUMERIC(18,6), NULL::INTEGER, ''::VARCHAR(1)""",
        )


def case_parameters():
    with connect(use_prepared_statements=True) as connection:
        cursor = connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS public.python_parameters")
        cursor.execute("CREATE TABLE public.python_parameters (id INTEGER, name VARCHAR(20))")
        cursor.execute("INSERT INTO public.python_parameters VALUES (?, ?)", [1, "it's"])
        cursor.execute("INSERT INTO public.python_parameters VALUES (?, ?)", [2, None])
        sql = "SELECT id, name FROM public.python_parameters WHERE id >= ? ORDER BY id"
        return rows(cursor, sql, [1])


def case_error():
    with connect() as connection:
        cursor = connection.cursor()
        error = error_of(lambda: cursor.execute("SELECT 1 FROM public.not_there"))
        assert rows(cursor, "SELECT 1") == [["1"]]
        raise Failed(error)


def case_syntax_error():
    with connect() as connection:
        raise Failed(error_of(lambda: connection.cursor().execute("SELECT 1 2 3")))


def case_rollback():
    with connect(autocommit=False) as connection:
        cursor = connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS public.python_rollback")
        cursor.execute("CREATE TABLE public.python_rollback (id INTEGER)")
        cursor.execute("INSERT INTO public.python_rollback VALUES (1)")
        connection.rollback()
        cursor.execute("INSERT INTO public.python_rollback VALUES (2)")
        # A statement that fails leaves what the transaction did before it.
        error_of(lambda: cursor.execute("INSERT INTO public.python_rollback VALUES ('x')"))
        connection.commit()
    with connect() as connection:
        return rows(connection.cursor(), "SELECT id FROM public.python_rollback")


def make_copied(cursor):
    cursor.execute("DROP TABLE IF EXISTS public.python_copied")
    cursor.execute("DROP TABLE IF EXISTS public.python_rejected")
    cursor.execute("CREATE TABLE public.python_copied (id INTEGER, name VARCHAR(3))")


def case_copy():
    with connect() as connection:
        cursor = connection.cursor()
        make_copied(cursor)
        data = io.StringIO("1,abc\nx,abc\n2,äbc\n3,\n")
        cursor.copy(COPY, data)
        return {
            "rows": rows(cursor, "SELECT id, name FROM public.python_copied ORDER BY id"),
            "rejected": rows(
                cursor,
                "SELECT row_number, rejected_data FROM public.python_rejected ORDER BY row_number",
            ),
        }


def case_copy_local():
    with connect() as connection:
        cursor = connection.cursor()
        make_copied(cursor)
        data = io.StringIO("1,abc\nx,abc\n2,äbc\n3,\n")
        return {
            "loaded": rows(cursor, COPY_LOCAL, copy_stdin=data),
            "rows": rows(cursor, "SELECT id, name FROM public.python_copied ORDER BY id"),
        }


class Broken(io.StringIO):
    """A source that fails when half of it was read."""

    def read(self, size=-1):
        part = super().read(4)
        if part == "":
            raise OSError("the source broke")
        return part


def case_copy_abort():
    return aborted(lambda cursor, data: cursor.copy(COPY, data))


def case_copy_local_abort():
    return aborted(lambda cursor, data: cursor.execute(COPY_LOCAL, copy_stdin=data))


def aborted(copy):
    with connect() as connection:
        cursor = connection.cursor()
        make_copied(cursor)
        try:
            copy(cursor, Broken("1,a\n2,b\n"))
            raise AssertionError("There was no error")
        except (OSError, vertica_python.errors.DataError):
            pass
        return rows(cursor, "SELECT COUNT(*) FROM public.python_copied")


def case_copy_local_rejected():
    with connect() as connection:
        cursor = connection.cursor()
        make_copied(cursor)
        both = COPY_LOCAL + " REJECTED DATA AS TABLE public.python_rejected"
        raise Failed(error_of(lambda: cursor.execute(both, copy_stdin=io.StringIO("1,a\n"))))


def case_cancel():
    with connect() as connection:
        cursor = connection.cursor()
        ended = threading.Event()

        def cancel():
            # Again and again, as a request that comes before the statement cancels nothing.
            while not ended.wait(0.1):
                connection.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        error = error_of(lambda: cursor.execute("SELECT SLEEP(60)"))
        ended.set()
        canceller.join()
        assert rows(cursor, "SELECT 1") == [["1"]]
        raise Failed(error)


def case_many_rows():
    with connect() as connection:
        cursor = connection.cursor()
        make_copied(cursor)
        data = io.StringIO("".join(f"{n},n\n" for n in range(100_000)))
        cursor.copy(COPY, data, buffer_size=1000)
        cursor.execute("SELECT id FROM public.python_copied")
        numbers = [row[0] for row in cursor.iterate()]
        return [str(len(numbers)), str(sum(numbers))]


def case_tls():
    context = ssl.create_default_context(cafile=authority)
    with connect(host="localhost", tlsmode=None, ssl=context) as connection:
        return rows(connection.cursor(), "SELECT 1 AS one")


CASES = {
    "connect": case_connect,
    "wrong password": case_wrong_password,
    "types": case_types,
    "parameters": case_parameters,
    "error": case_error,
    "syntax error": case_syntax_error,
    "rollback": case_rollback,
    "copy": case_copy,
    "copy abort": case_copy_abort,
    "copy local": case_copy_local,
    "copy local abort": case_copy_local_abort,
    "copy local rejected": case_copy_local_rejected,
    "cancel": case_cancel,
    "many rows": case_many_rows,
}
if authority is not None:
    CASES["tls"] = case_tls

for name, case in CASES.items():
    try:
        outcome = {"result": case()}
    except Failed as failed:
        outcome = {"error": failed.error}
    except Exception as error:  # pylint: disable=broad-except
        outcome = {"broke": f"{type(error).__name__}: {error}"}
    print(json.dumps({"case": name, **outcome}))

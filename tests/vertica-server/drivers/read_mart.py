"""Prints the mart as `finpipe report --format csv` does, read by vertica-python."""
import sys

import vertica_python

host, port, user, password, database = sys.argv[1:6]
COLUMNS = (
    "date_update,currency_from,amount_total,cnt_transactions,"
    "avg_transactions_per_account,cnt_accounts_make_transactions"
)
with vertica_python.connect(
    host=host, port=int(port), user=user, password=password, database=database, tlsmode="disable"
) as connection:
    cursor = connection.cursor()
    cursor.execute(f"SELECT {COLUMNS} FROM finpipe_mart.global_metrics ORDER BY 1, 2")
    print(COLUMNS)
    for row in cursor.iterate():
        print(",".join(str(value) for value in row))

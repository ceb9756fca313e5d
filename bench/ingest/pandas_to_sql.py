"""Stores a CSV by pandas' to_sql into a table with one unique key and prints the seconds: URL FILE."""
import sys
import time

import pandas
import sqlalchemy

engine = sqlalchemy.create_engine(sys.argv[1])
with engine.begin() as connection:
    connection.execute(sqlalchemy.text("DROP TABLE IF EXISTS frame"))
    connection.execute(sqlalchemy.text(
        "CREATE TABLE frame (id text UNIQUE, amount bigint, weight double precision, colour text, note text)"))
start = time.time()
for part in pandas.read_csv(sys.argv[2], chunksize=100_000):
    part.to_sql("frame", engine, if_exists="append", index=False)
print(time.time() - start)

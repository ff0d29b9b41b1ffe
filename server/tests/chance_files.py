"""Writes a table with a column of each type into files of Parquet and CSV, and prints for each in which order its rows stand once the stock
reader, pyarrow, has read and sorted them: by the value, in every second table the other way round, what is empty last; then by the id."""

import csv
import datetime
import decimal
import json
import random
import sys

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv
import pyarrow.parquet

folder, seed, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
FLOATS = [0.1, -0.3, 1.5, 3.4, 0.0, 16777216.5]
WORDS = ["a", "A", "ab", "a b", "ä", "ß", "it's", "x,y", "日本", "🛫"]


def day():
    return datetime.date(2020 + chance.randrange(3), chance.randint(1, 12), chance.randint(1, 28))


def time(parts=datetime.timedelta(microseconds=1), zone=None):
    return datetime.datetime(2024, 1, 1, 10, tzinfo=zone) + chance.randrange(5) * parts


PARQUET = [
    (pa.int8(), lambda: chance.randint(-3, 3)),
    (pa.int64(), lambda: chance.randint(-(2**63), 2**63 - 1)),
    (pa.uint64(), lambda: chance.choice([0, 1, 2**63, 2**64 - 1])),
    (pa.float32(), lambda: chance.choice(FLOATS + [1e30])),
    (pa.float64(), lambda: chance.choice(FLOATS + [1e30])),
    (pa.decimal128(12, 4), lambda: decimal.Decimal(chance.randint(-30000, 30000)).scaleb(-4)),
    (pa.string(), lambda: chance.choice(WORDS + [""])),
    (pa.dictionary(pa.int8(), pa.string()), lambda: chance.choice(WORDS)),
    (pa.bool_(), lambda: chance.random() < 0.5),
    (pa.date32(), day),
    (pa.timestamp("us", "UTC"), lambda: time(zone=datetime.timezone.utc)),
    (pa.timestamp("ms"), lambda: time(datetime.timedelta(milliseconds=1))),
    (pa.time64("us"), lambda: time().time()),
]
CSV = [
    lambda: chance.randint(-(10**12), 10**12),
    lambda: chance.choice(FLOATS),
    lambda: chance.choice(WORDS),
    day,
    lambda: time(datetime.timedelta(minutes=1)).isoformat() + "Z",
]


def order(table, index):
    if pa.types.is_dictionary(table["v"].type):
        table = table.set_column(1, "v", table["v"].cast(pa.string()))
    direction = "descending" if index % 2 else "ascending"
    places = compute.sort_indices(table, sort_keys=[("v", direction), ("id", "ascending")], null_placement="at_end")
    return [str(id) for id in table["id"].take(places).to_pylist()]


orders = []
for index, (kind, make) in enumerate(PARQUET):
    values = [None if chance.randrange(8) == 0 else make() for _ in range(rows)]
    file = f"{folder}/t{index}.parquet"
    pa.parquet.write_table(pa.table({"id": pa.array(range(rows), pa.int64()), "v": pa.array(values, kind)}), file)
    orders.append(order(pa.parquet.read_table(file), index))
for index, make in enumerate(CSV, len(PARQUET)):
    file = f"{folder}/t{index}.csv"
    with open(file, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["id", "v"]] + [[id, make()] for id in range(rows)])
    orders.append(order(pa.csv.read_csv(file), index))
print(json.dumps(orders))

"""Values as fastavro writes them, of each type that Avro has, at its ends and by chance: a JSON line for each on standard output, with the
schema of a record, its bytes, and its fields in the form of rows. The number that is named begins what is by chance."""

import base64
import datetime
import decimal
import io
import json
import random
import struct
import sys
import uuid

import fastavro
import numpy

chance = random.Random(int(sys.argv[1]))
decimal.getcontext().prec = 200
Decimal = decimal.Decimal
BY_CHANCE = 40
EPOCH = datetime.datetime(1970, 1, 1)
LAST = 253_402_300_799_999_999  # The end of the year 9999, in microseconds.
FIRST = -62_135_596_800_000_000


def told(name, schema, value, wanted):
    record = fastavro.parse_schema({"type": "record", "name": "Suite", "namespace": "by.fastavro", "fields": [{"name": "v", "type": schema}]})
    out = io.BytesIO()
    fastavro.schemaless_writer(out, record, {"v": value})
    schema = {"type": "record", "name": "Suite", "namespace": "by.fastavro", "fields": [{"name": "v", "type": schema}]}
    print(json.dumps({"name": name, "schema": json.dumps(schema), "bytes": out.getvalue().hex(), "wanted": wanted}))


def times(micros):
    """A point in time as rows have it."""
    at = EPOCH + datetime.timedelta(microseconds=micros)
    part = f".{at.microsecond:06}".rstrip("0") if at.microsecond else ""
    return f"{at.year:04}-{at:%m-%dT%H:%M:%S}{part}Z"


def of_day(micros):
    return times(micros)[11:-1]


def short(value):
    return float(numpy.format_float_scientific(numpy.float32(value), unique=True))


def logical(of, name, **more):
    return {"type": of, "logicalType": name, **more}


def plain_values():
    yield "null", "null", None, None
    for value in (True, False):
        yield "boolean", "boolean", value, value
    for bits, name in ((32, "int"), (64, "long")):
        for value in [-(1 << bits - 1), (1 << bits - 1) - 1, 0, -1] + [chance.randrange(-(1 << bits - 1), 1 << bits - 1) for _ in range(BY_CHANCE)]:
            yield name, name, value, value
    for value in [0.1, 0.0, 3.4028234663852886e38, 1e-45, 3_424_129.25] + [struct.unpack("f", chance.randbytes(4))[0] for _ in range(BY_CHANCE)]:
        if numpy.isfinite(value):
            yield "float", "float", value, short(value)
    for value in [0.1, 5e-324, 1.7976931348623157e308, 0.7548294067382812] + [struct.unpack("d", chance.randbytes(8))[0] for _ in range(BY_CHANCE)]:
        if numpy.isfinite(value):
            yield "double", "double", value, value
    for value in ("", "\u00e4\U0001f600", "\0", "x" * 5_000):
        yield "string", "string", value, value
    for value in (b"", b"\0\xff", bytes(range(256))):
        yield "bytes", "bytes", value, base64.b64encode(value).decode()
    yield "fixed", {"type": "fixed", "name": "Four", "size": 4}, b"\0\1\2\xff", base64.b64encode(b"\0\1\2\xff").decode()
    yield "enum", {"type": "enum", "name": "Word", "symbols": ["ONE", "TWO"]}, "TWO", "TWO"


def logical_values():
    for days in [-719_162, 2_932_896, 0, -1] + [chance.randrange(-719_162, 2_932_897) for _ in range(BY_CHANCE)]:
        yield "date", logical("int", "date"), datetime.date(1970, 1, 1) + datetime.timedelta(days), times(days * 86_400_000_000)[:10]
    for micros in [0, 86_399_999_999] + [chance.randrange(86_400_000_000) for _ in range(BY_CHANCE)]:
        at = (EPOCH + datetime.timedelta(microseconds=micros)).time()
        yield "time-micros", logical("long", "time-micros"), at, of_day(micros)
        yield "time-millis", logical("int", "time-millis"), at, of_day(micros // 1_000 * 1_000)
    for micros in [0, -1, FIRST, LAST] + [chance.randrange(FIRST, LAST) for _ in range(BY_CHANCE)]:
        for prefix in ("", "local-"):
            # As counts: the writer's own way from a date loses what is before 1970.
            yield f"{prefix}timestamp-micros", logical("long", f"{prefix}timestamp-micros"), micros, times(micros)
            yield f"{prefix}timestamp-millis", logical("long", f"{prefix}timestamp-millis"), micros // 1_000, times(micros // 1_000 * 1_000)
    for precision, scale in ((1, 0), (9, 2), (38, 10), (60, 30)):
        for count in [10**precision - 1, 1 - 10**precision, 0, 1, -1] + [chance.randrange(10**precision) for _ in range(10)]:
            value = Decimal(count).scaleb(-scale)
            wanted = format(value, "f")
            yield "decimal", logical("bytes", "decimal", precision=precision, scale=scale), value, wanted
            fixed = {"type": "fixed", "name": "Wide", "size": 26, "logicalType": "decimal", "precision": precision, "scale": scale}
            yield "decimal in fixed", fixed, value, wanted
    for value in (uuid.UUID(int=0), uuid.UUID(int=(1 << 128) - 1), uuid.UUID(int=chance.getrandbits(128))):
        yield "uuid", logical("string", "uuid"), value, str(value)
    length = {"type": "fixed", "name": "Length", "size": 12, "logicalType": "duration"}
    for months, days, millis, wanted in ((14, 3, 14_706_007, "P1Y2M3DT4H5M6.007S"), (0, 0, 0, "PT0S"), (0, 40, 500, "P40DT0.5S")):
        yield "duration", length, struct.pack("<III", months, days, millis), wanted
    # A logical type that nobody knows is what it is made of.
    yield "unknown", logical("string", "klingon-date"), "x", "x"


def nested_values():
    node = {"type": "record", "name": "Node", "fields": [{"name": "id", "type": "int"}, {"name": "next", "type": ["null", "Node"]}]}
    inner = {"type": "record", "name": "Inner", "fields": [{"name": "price", "type": logical("bytes", "decimal", precision=9, scale=2)}]}
    yield "array", {"type": "array", "items": "long"}, [1, -2, 1 << 62], [1, -2, 1 << 62]
    yield "array of nothing", {"type": "array", "items": ["null", "string"]}, [None, "a"], [None, "a"]
    yield "map", {"type": "map", "values": "double"}, {"a": 0.1, "b\"": -1.5}, {"a": 0.1, "b\"": -1.5}
    yield "record in itself", node, {"id": 1, "next": {"id": 2, "next": None}}, {"id": 1, "next": {"id": 2, "next": None}}
    yield "decimal inside", {"type": "array", "items": inner}, [{"price": Decimal("1.10")}], [{"price": "1.10"}]
    yield "union", ["null", "int", "string", {"type": "array", "items": "int"}], [1], [1]
    yield "union", ["null", "int", "string"], "1", "1"
    yield "union of dates", ["null", logical("int", "date")], datetime.date(2013, 1, 1), "2013-01-01"


for suite in (plain_values, logical_values, nested_values):
    for one in suite():
        told(*one)

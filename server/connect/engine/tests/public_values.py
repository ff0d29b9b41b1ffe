"""Files of values that others have thought of, in the folder that is named first, and what they hold, a JSON line for each on standard output:
the name of the table, its type, and its values in the form of answers. The number that is named second begins what is by chance.

- each type of Arrow that Parquet can hold, at its ends and by chance, as pyarrow writes it: with Arrow's own schema and without, times also in 96 bits
- each way in which pyarrow packs and encodes
- numbers: those that numpy's functions are validated with, the list of floats of CPython where it is installed, and doubles by chance
"""

import base64
import csv
import decimal
import importlib.util
import json
import pathlib
import random
import struct
import sys
import uuid

import numpy
import pyarrow
import pyarrow.parquet as parquet

folder, chance = pathlib.Path(sys.argv[1]), random.Random(int(sys.argv[2]))
decimal.getcontext().prec = 2_000
Decimal = decimal.Decimal
BY_CHANCE = 100
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
FIRST, LAST = -62_135_596_800, 253_402_300_799  # The years 1 and 9999.


def told(table, data_type, values, **more):
    print(json.dumps({"table": table, "type": data_type, "values": values, **more}))


# What answers say of a value.


def number(value):
    value = float(value)
    return value if numpy.isfinite(value) else "NaN" if numpy.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def short(value):
    """As few digits as tell a number from all others of its width; of a whole one, all."""
    if not numpy.isfinite(value) or float(value).is_integer() and abs(float(value)) < 1 << 24:
        return number(value)
    return float(numpy.format_float_scientific(value, unique=True))


def date(days):
    year, month, day = str(numpy.datetime64(days, "D")).rsplit("-", 2)
    year = f"{int(year):04}" if 0 <= int(year) <= 9_999 else f"{int(year):+07}"
    return f"{year}-{month}-{day}"


def time(nanos):
    seconds, rest = divmod(nanos, 10**9)
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" + (f".{rest:09}".rstrip("0") if rest else "")


def timestamp(nanos):
    days, rest = divmod(nanos, 86_400 * 10**9)
    return f"{date(days)}T{time(rest)}Z"


def duration(count, per):
    whole, rest = divmod(abs(count), per)
    part = lambda count, unit: f"{count}{unit}" if count else ""
    seconds = f"{whole % 60}" + (f".{str(per + rest)[1:]}".rstrip("0") if rest else "")
    text = part(whole // 3_600, "H") + part(whole // 60 % 60, "M") + ("" if seconds == "0" else f"{seconds}S")
    return ("-" if count < 0 else "") + "PT" + text if text else "PT0S"


def kind(of):
    """Our type for one of Arrow."""
    types = pyarrow.types
    if types.is_dictionary(of):
        return kind(of.value_type)
    if types.is_decimal256(of):
        return "string"
    if types.is_uint64(of):
        return {"decimal": {"precision": 20, "scale": 0}}
    if types.is_decimal(of):
        return {"decimal": {"precision": of.precision, "scale": of.scale}}
    for is_of, name in (
        (types.is_boolean, "bool"),
        (lambda of: types.is_int64(of) or types.is_uint32(of), "int64"),
        (types.is_integer, "int32"),
        (types.is_floating, "float64"),
        (types.is_date, "date"),
        # Nanoseconds have no type of ours: a column that has some is a text.
        (lambda of: (types.is_time(of) or types.is_timestamp(of)) and of.unit == "ns", "string"),
        (types.is_time, "time"),
        (types.is_timestamp, "timestamp"),
        (types.is_nested, "json"),
        (lambda of: "binary" in str(of) or "uuid" in str(of), "bytes"),
    ):
        if is_of(of):
            return name
    return "string"


def answers(array, inside=False):
    """The values of an array in the form of answers; inside of others, numbers stay numbers."""
    of, types = array.type, pyarrow.types
    if types.is_dictionary(of):
        return answers(array.dictionary_decode(), inside)
    if isinstance(of, pyarrow.BaseExtensionType):
        return answers(array.storage, inside)
    if types.is_null(of):
        return [None] * len(array)
    one = lambda value: value
    plain = array
    if types.is_floating(of):
        one = number if types.is_float64(of) else short
        values = array.to_numpy(zero_copy_only=False).astype(of.to_pandas_dtype())
        return [one(value) if valid else None for value, valid in zip(values, array.is_valid().to_pylist())]
    if types.is_timestamp(of) or types.is_time(of) or types.is_duration(of) or types.is_date(of):
        unit = getattr(of, "unit", None) or ("ms" if of == pyarrow.date64() else "D")
        per = PER_SECOND.get(unit)
        if types.is_date(of):
            one = lambda count: date(count // 86_400_000 if unit == "ms" else count)
        elif types.is_duration(of):
            one = lambda count: duration(count, per)
        else:
            one = lambda count: (timestamp if types.is_timestamp(of) else time)(count * (10**9 // per))
        plain = array.cast(pyarrow.int32() if of.bit_width == 32 else pyarrow.int64())
    elif types.is_decimal(of):
        one = float if inside else lambda value: format(value, "f")
    elif types.is_uint64(of):
        one = int if inside else str
    elif kind(of) == "bytes":
        one = lambda value: base64.b64encode(value).decode()
    elif types.is_map(of):
        starts, keys, items = array.offsets.to_pylist(), answers(array.keys, True), answers(array.items, True)
        rows = ([keys[start:end], items[start:end]] for start, end in zip(starts, starts[1:]))
        return [dict(zip(map(str, row[0]), row[1])) if valid.as_py() else None for row, valid in zip(rows, array.is_valid())]
    elif types.is_struct(of):
        fields = [answers(array.field(at), True) for at in range(of.num_fields)]
        names = [of.field(at).name for at in range(of.num_fields)]
        rows = zip(*fields)
        return [dict(zip(names, row)) if valid.as_py() else None for row, valid in zip(rows, array.is_valid())]
    elif types.is_nested(of):
        return [None if not item.is_valid else answers(item.values, True) for item in array]
    return [None if value is None else one(value) for value in plain.to_pylist()]


# Each type of Arrow at its ends and by chance.


def whole_numbers():
    for bits in (8, 16, 32, 64):
        for name, low, high in ((f"int{bits}", -(1 << bits - 1), (1 << bits - 1) - 1), (f"uint{bits}", 0, (1 << bits) - 1)):
            values = [low, high, 0, 1, None] + [chance.randint(low, high) for _ in range(BY_CHANCE)]
            yield name, pyarrow.array(values, getattr(pyarrow, name)())


def floats():
    for name, bits in (("half", 16), ("float", 32), ("double", 64)):
        form = {16: ("e", "H"), 32: ("f", "I"), 64: ("d", "Q")}[bits]
        values = [struct.unpack(form[0], struct.pack(form[1], chance.getrandbits(bits)))[0] for _ in range(BY_CHANCE)]
        values += [0.0, -0.0, 0.1, 1.5, 5e-324 if bits == 64 else 2.0**-149 if bits == 32 else 2.0**-24, float("inf"), float("-inf"), float("nan")]
        column = numpy.array(values, dtype={16: numpy.float16, 32: numpy.float32, 64: numpy.float64}[bits])
        yield name, pyarrow.concat_arrays([pyarrow.array(column, from_pandas=False), pyarrow.nulls(1, pyarrow.from_numpy_dtype(column.dtype))])


def decimals():
    for bits, digits in ((32, (1, 9)), (64, (12, 18)), (128, (1, 20, 38)), (256, (10, 39, 76))):
        for precision in digits:
            for scale in sorted({0, precision // 3, precision}):
                counts = [10**precision - 1, 1 - 10**precision, 0, 1, -1] + [chance.randrange(10**precision) for _ in range(BY_CHANCE)]
                values = [Decimal(count).scaleb(-scale) for count in counts] + [None]
                yield f"decimal{bits}_{precision}_{scale}", pyarrow.array(values, getattr(pyarrow, f"decimal{bits}")(precision, scale))


def times():
    for unit, per in PER_SECOND.items():
        ends = [FIRST * per, (LAST + 1) * per - 1] if unit != "ns" else [-(1 << 63) + 1_000, (1 << 63) - 1]
        counts = ends + [0, 1, -1, None] + [chance.randint(*ends) for _ in range(BY_CHANCE)]
        for zone in (None, "UTC", "+02:00", "Europe/Berlin"):
            name = f"timestamp_{unit}_" + (zone or "none").replace("/", "_").replace("+", "p").replace(":", "")
            yield name, pyarrow.array(counts, pyarrow.int64()).cast(pyarrow.timestamp(unit, zone))
        counts = [0, 86_400 * per - 1, None] + [chance.randrange(86_400 * per) for _ in range(BY_CHANCE)]
        store, of = (pyarrow.int32(), pyarrow.time32) if unit in ("s", "ms") else (pyarrow.int64(), pyarrow.time64)
        yield f"time_{unit}", pyarrow.array(counts, store).cast(of(unit))
        counts = [0, 1, -1, (1 << 63) - 1, -(1 << 63), None] + [chance.randrange(-(1 << 63), 1 << 63) >> chance.randrange(64) for _ in range(BY_CHANCE)]
        yield f"duration_{unit}", pyarrow.array(counts, pyarrow.int64()).cast(pyarrow.duration(unit))
    days = [-719_162, 2_932_896, 0, -1, None] + [chance.randint(-719_162, 2_932_896) for _ in range(BY_CHANCE)]
    yield "date32", pyarrow.array(days, pyarrow.int32()).cast(pyarrow.date32())
    yield "date32_far", pyarrow.array([-(1 << 31), (1 << 31) - 1, 2_932_897, -719_529], pyarrow.int32()).cast(pyarrow.date32())
    yield "date64", pyarrow.array([None if day is None else day * 86_400_000 for day in days], pyarrow.int64()).cast(pyarrow.date64())


def texts():
    values = ["", "a", "\u00e4\U0001f600", "NULL", "\0x", "x" * 3_000, "\u202e", "line\nbreak\r", "\"'\\", None]
    letter = lambda: chr(chance.choice((chance.randrange(1, 0xD800), chance.randrange(0xE000, 0x110000))))
    values += ["".join(letter() for _ in range(chance.randrange(20))) for _ in range(BY_CHANCE)]
    raw = [b"", b"\0\xff", bytes(range(256)), None] + [chance.randbytes(chance.randrange(40)) for _ in range(BY_CHANCE)]
    for name in ("string", "large_string", "string_view"):
        yield name, pyarrow.array(values, getattr(pyarrow, name)())
    for name in ("binary", "large_binary", "binary_view"):
        yield name, pyarrow.array(raw, getattr(pyarrow, name)())
    yield "fixed_binary", pyarrow.array([bytes(5), b"\xff" * 5, None] + [chance.randbytes(5) for _ in range(BY_CHANCE)], pyarrow.binary(5))
    yield "uuid", pyarrow.array([uuid.UUID(int=0).bytes, uuid.UUID(int=(1 << 128) - 1).bytes, None], pyarrow.uuid())
    yield "json", pyarrow.array(['{"a":1.10}', "[1]", None], pyarrow.json_())
    yield "bool", pyarrow.array([True, False, None] + [chance.random() < 0.5 for _ in range(BY_CHANCE)])
    yield "null", pyarrow.nulls(3)


def nested():
    deep = [{"a": {"b": [{"c": 1}, {"c": None}]}}, {"a": None}, None]
    lists = [[1, None, 3], [], None, [1 << 62]] + [[chance.getrandbits(63) for _ in range(chance.randrange(5))] for _ in range(BY_CHANCE)]
    pairs = [[("a", 1), ("b", None)], [], None] + [[(f"k{key}", chance.getrandbits(60)) for key in range(chance.randrange(4))] for _ in range(BY_CHANCE)]
    yield "list", pyarrow.array(lists, pyarrow.list_(pyarrow.int64()))
    yield "large_list", pyarrow.array([["a\"", None], [], None], pyarrow.large_list(pyarrow.string()))
    yield "fixed_list", pyarrow.array([[1, 2], None, [3, None]], pyarrow.list_(pyarrow.int32(), 2))
    yield "list_view", pyarrow.array([[1, 2], None, []], pyarrow.list_view(pyarrow.int32()))
    yield "list_list", pyarrow.array([[[1], [], None], None], pyarrow.list_(pyarrow.list_(pyarrow.int64())))
    yield "struct", pyarrow.array([{"a": 1, "b": "x"}, {"a": None, "b": None}, None], pyarrow.struct([("a", pyarrow.int64()), ("b", pyarrow.string())]))
    yield "struct_deep", pyarrow.array(deep)
    yield "list_struct", pyarrow.array([[{"k": "a", "v": 1.5}], [], None])
    yield "map", pyarrow.array(pairs, pyarrow.map_(pyarrow.string(), pyarrow.int64()))
    yield "map_int", pyarrow.array([[(1, "x"), (-2, None)], None], pyarrow.map_(pyarrow.int64(), pyarrow.string()))
    for name, array in [*whole_numbers(), *floats(), *decimals(), *times(), *texts()]:
        if "null" not in name and "date32_far" not in name:
            ends = [0, min(3, len(array)), len(array)]
            yield f"list_of_{name}", pyarrow.ListArray.from_arrays(pyarrow.array(ends, pyarrow.int32()), array)


def dictionaries():
    words = pyarrow.array(["a", "b", "\u00fc"])
    for index in (pyarrow.int8(), pyarrow.int32(), pyarrow.uint16(), pyarrow.int64()):
        yield f"dictionary_{index}", pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, 1, 0, None, 2], index), words)
    for name, values in (("int64", [1 << 62, -5]), ("binary", [b"\xff", b""]), ("float64", [0.1, -1e300])):
        yield f"dictionary_of_{name}", pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, 1, None], pyarrow.int8()), pyarrow.array(values))
    yield "dictionary_of_decimal", pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, None], pyarrow.int8()), pyarrow.array([Decimal("1.10")]))


def write(name, array, wanted, **options):
    path = folder / f"{name}.parquet"
    parquet.write_table(pyarrow.table({"n": pyarrow.array(range(len(array)), pyarrow.int64()), "v": array}), path, **options)
    read = parquet.read_schema(path).field("v").type
    is_left_out = options.get("store_schema", True) and pyarrow.types.is_dictionary(array.type) and pyarrow.types.is_decimal(array.type.value_type)
    told(name, None if is_left_out else "timestamp" if options.get("use_deprecated_int96_timestamps") else kind(read), wanted)


for name, array in [*whole_numbers(), *floats(), *decimals(), *times(), *texts(), *nested(), *dictionaries()]:
    wanted = answers(array)
    write(name, array, wanted)
    # Without Arrow's own schema a length of time is a number.
    if "duration" not in name:
        write(f"{name}__bare", array, wanted, store_schema=False)
    elif not name.startswith("list_of"):
        write(f"{name}__bare", array, array.cast(pyarrow.int64()).to_pylist(), store_schema=False)
    if name.startswith("timestamp") and "_ns_" not in name:
        write(f"{name}__96", array, wanted, use_deprecated_int96_timestamps=True)


# Each way of packing and encoding.

rows = 3_000
mixed = {
    "long": pyarrow.array([chance.getrandbits(60) if at % 7 else None for at in range(rows)], pyarrow.int64()),
    "double": pyarrow.array([at / 7 for at in range(rows)]),
    "single": pyarrow.array([at / 7 for at in range(rows)], pyarrow.float32()),
    "text": pyarrow.array([f"text {at % 100}" if at % 9 else None for at in range(rows)]),
    "bool": pyarrow.array([at % 3 == 0 for at in range(rows)]),
    "fixed": pyarrow.array([bytes([at % 256]) * 4 for at in range(rows)], pyarrow.binary(4)),
}
ways = {f"codec_{codec}": {"compression": codec} for codec in ("none", "snappy", "gzip", "brotli", "lz4", "zstd")}
ways |= {f"page_{version}": {"data_page_version": version} for version in ("1.0", "2.0")}
ways |= {f"version_{version}": {"version": version} for version in ("1.0", "2.4", "2.6")}
ways |= {"no_dictionary": {"use_dictionary": False}, "groups": {"row_group_size": 100}, "index": {"write_page_index": True}}
ways |= {"checksum": {"write_page_checksum": True}, "no_statistics": {"write_statistics": False}}
for encoding, columns in (
    ("PLAIN", ("long", "double", "text")),
    ("DELTA_BINARY_PACKED", ("long",)),
    ("DELTA_LENGTH_BYTE_ARRAY", ("text",)),
    ("DELTA_BYTE_ARRAY", ("text", "fixed")),
    ("BYTE_STREAM_SPLIT", ("double", "single", "long", "fixed")),
    ("RLE", ("bool",)),
):
    ways[encoding.lower()] = {"use_dictionary": False, "column_encoding": dict.fromkeys(columns, encoding), "data_page_version": "2.0"}
for name, way in ways.items():
    encodings = way.get("column_encoding")
    for column in encodings or mixed:
        of_column = {**way, "column_encoding": {"v": encodings[column]}} if encodings else way
        write(f"{name.replace('.', '_')}_{column}", mixed[column], answers(mixed[column]), **of_column)


# Numbers in texts.


def plain(value):
    return format(Decimal(repr(value)), "f")


def lines(name, texts, data_type, wanted):
    (folder / f"{name}_json.ndjson").write_text("".join(f'{{"n": {at}, "v": {text}}}\n' for at, text in enumerate(texts)))
    told(f"{name}_json", data_type, wanted)


def cells(name, texts, data_type, wanted):
    (folder / f"{name}_csv.csv").write_text("n,v\n" + "".join(f"{at},{text}\n" for at, text in enumerate(texts)))
    told(f"{name}_csv", data_type, wanted)


validation = []
for file in sorted((pathlib.Path(numpy.__file__).parent / "_core/tests/data").glob("umath-validation-set-*.csv")):
    for row in csv.reader(file.open()):
        if len(row) == 4 and row[0] == "np.float32":
            validation += [struct.unpack("!f", struct.pack("!I", int(bits, 16)))[0] for bits in row[1:3]]
validation = [value for value in validation if numpy.isfinite(value)]
assert len(validation) > 20_000, f"numpy has {len(validation)} numbers"
doubles = [struct.unpack("d", chance.randbytes(8))[0] for _ in range(5_000)] + [float(f"1e{exponent}") for exponent in range(-323, 309)]
doubles = [value for value in doubles if numpy.isfinite(value)]
for name, numbers in (("validation", validation), ("doubles", doubles)):
    lines(name, map(repr, numbers), "float64", numbers)
    cells(name, map(plain, numbers), "float64", numbers)
    # With a zero before the point for no reason, as some write it.
    cells(f"{name}_short", (plain(value).replace("0.", ".", 1) if abs(value) < 1 else plain(value) for value in numbers), "float64", numbers)
singles = numpy.array(validation, dtype=numpy.float32)
write("validation_singles", pyarrow.array(singles), [short(value) for value in singles])

# Decimals keep their digits.
for scale in (2, 9, 20):
    counts = [chance.randrange(-(10**37), 10**37) for _ in range(1_000)]
    texts = [format(Decimal(count).scaleb(-scale), "f") for count in counts]
    lines(f"decimals_{scale}", texts, {"decimal": {"precision": 38, "scale": scale}}, texts)
    cells(f"decimals_{scale}", texts, {"decimal": {"precision": 38, "scale": scale}}, texts)

# The list that CPython reads floats of, by Verdonk, Cuyt and Verschaeren; a package of its own in some systems.
suite = importlib.util.find_spec("test")
known = [file for place in (suite.submodule_search_locations if suite else []) for file in pathlib.Path(place).rglob("floating_points.txt")]
for file in known[:1]:
    listed = [line.strip().lstrip("+") for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    exact = [text for text in listed if Decimal(text) == Decimal(repr(float(text)))]
    lines("cpython", exact, "float64", [float(text) for text in exact])
    # More digits than a float holds: as they are written.
    others = [text for text in listed if text not in set(exact)]
    lines("cpython_longer", others, "string", others)
    cells("cpython", listed, "string", listed)

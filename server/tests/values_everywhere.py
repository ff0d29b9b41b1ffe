"""Values by chance as the stock libraries write and read them, for the tests of values everywhere. The first argument says which:

  sqlite FILE SQL                                        each row as a JSON array of texts: numbers with all their digits, bytes in hexadecimal
  parquet FOLDER SEED ROWS                               writes everything.parquet with pyarrow
  topics BROKERS REGISTRY USER PASSWORD SEED FROM TO     sends messages of these ids in Avro, Protobuf and JSON with the stock producer

The last two print what the libraries read of what they wrote, a JSON object for each table: its name, its columns, and its rows behind their
ids, in the form of answers."""

import base64
import datetime
import decimal
import json
import random
import sqlite3
import struct
import sys
import uuid

import numpy

Decimal = decimal.Decimal
decimal.getcontext().prec = 200
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # The years 1 and 9999, in microseconds.
WORDS = ["", "a", "A", " lead", "trail ", "it's", "x,y", '"q"', "back\\slash", "line\nbreak\r", "tab\t", "日本", "🛫", "ß", "NULL", "\u202e"]


# What answers say of a value.


def told(name, columns, rows):
    print(json.dumps({"name": name, "columns": columns, "rows": rows}))


def number(value):
    value = float(value)
    return value if numpy.isfinite(value) else "NaN" if numpy.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def single(value):
    """As few digits as tell a number of 32 bits from the others."""
    value = numpy.float32(value)
    if not numpy.isfinite(value) or float(value).is_integer() and abs(float(value)) < 1 << 24:
        return number(value)
    return float(numpy.format_float_scientific(value, unique=True))


def part(micros):
    return f".{micros:06}".rstrip("0") if micros else ""


def moment(value):
    """Without a zone, it is taken for UTC."""
    return f"{value.year:04}-{value:%m-%dT%H:%M:%S}{part(value.microsecond)}Z"


def clock(value):
    return f"{value:%H:%M:%S}{part(value.microsecond)}"


def digits(value):
    return format(value, "f")


def based(value):
    return base64.b64encode(value).decode()


def same(value):
    return value


# Values by chance.


class Chance(random.Random):
    def within(self, low, high):
        return self.choice([low, high, 0, self.randint(low, high), self.randint(low, high), self.randint(low, high)])

    def bits(self, count):
        return self.within(-(1 << count - 1), (1 << count - 1) - 1)

    def unsigned(self, count):
        return self.within(0, (1 << count) - 1)

    def double(self):
        value = struct.unpack("d", self.randbytes(8))[0]
        value = value if numpy.isfinite(value) else 0.1
        return self.choice([0.0, 0.1, 1.5, 1.7976931348623157e308, 5e-324, value, value, value])

    def single(self):
        value = struct.unpack("f", self.randbytes(4))[0]
        value = value if numpy.isfinite(value) else 0.1
        return float(numpy.float32(self.choice([0.0, 0.1, 3.4028234663852886e38, 16777216.0, value, value, value])))

    def odd(self, value):
        return self.choice([value, value, value, float("nan"), float("inf"), float("-inf")])

    def text(self):
        letter = lambda: chr(self.choice((self.randrange(1, 0xD800), self.randrange(0xE000, 0x110000))))
        return self.choice([self.choice(WORDS), "".join(letter() for _ in range(self.randrange(8)))])

    def bytes(self):
        return self.choice([b"", b"\0", b"\0\xff", b"'\\\"", self.randbytes(self.randrange(9))])

    def digits(self, precision, scale):
        most = 10**precision - 1
        return Decimal(self.within(-most, most)).scaleb(-scale)

    def date(self):
        return datetime.date.fromordinal(self.within(1, datetime.date.max.toordinal()) or 1)

    def micros(self):
        return self.within(FIRST, LAST)

    def clock(self):
        return (EPOCH + datetime.timedelta(microseconds=self.within(0, 86_399_999_999))).time()

    def uuid(self):
        return uuid.UUID(int=self.within(0, (1 << 128) - 1))

    def wides(self):
        return [self.bits(64) for _ in range(self.randrange(4))]

    def maybe(self, value):
        return None if self.randrange(8) == 0 else value


# The ways.


def of_sqlite(file, sql):
    cell = lambda value: value if value is None or isinstance(value, str) else value.hex() if isinstance(value, bytes) else repr(value)
    for row in sqlite3.connect(file).execute(sql):
        print(json.dumps([cell(value) for value in row]))


def of_parquet(folder, seed, rows):
    import pyarrow as pa
    import pyarrow.parquet as parquet

    chance, rows = Chance(int(seed)), int(rows)
    pairs = lambda: [(f"k{at}", chance.bits(64)) for at in range(chance.randrange(3))]
    inner = pa.struct([("a", pa.int64()), ("b", pa.string())])
    types = [
        (pa.bool_(), lambda: chance.random() < 0.5, same),
        *((getattr(pa, f"int{bits}")(), lambda bits=bits: chance.bits(bits), same) for bits in (8, 16, 32, 64)),
        *((getattr(pa, f"uint{bits}")(), lambda bits=bits: chance.unsigned(bits), same) for bits in (8, 16, 32)),
        (pa.uint64(), lambda: chance.unsigned(64), str),
        (pa.float32(), lambda: chance.odd(chance.single()), single),
        (pa.float64(), lambda: chance.odd(chance.double()), number),
        (pa.decimal128(12, 4), lambda: chance.digits(12, 4), digits),
        (pa.decimal128(38, 10), lambda: chance.digits(38, 10), digits),
        (pa.decimal256(60, 20), lambda: chance.digits(60, 20), digits),
        (pa.string(), chance.text, same),
        (pa.large_string(), chance.text, same),
        (pa.dictionary(pa.int16(), pa.string()), chance.text, same),
        (pa.binary(), chance.bytes, based),
        (pa.binary(4), lambda: chance.randbytes(4), based),
        (pa.date32(), chance.date, datetime.date.isoformat),
        (pa.timestamp("us", "UTC"), lambda: EPOCH + datetime.timedelta(microseconds=chance.micros()), moment),
        (pa.timestamp("us"), lambda: (EPOCH + datetime.timedelta(microseconds=chance.micros())).replace(tzinfo=None), moment),
        (pa.timestamp("ms"), lambda: (EPOCH + datetime.timedelta(milliseconds=chance.micros() // 1_000)).replace(tzinfo=None), moment),
        (pa.time64("us"), chance.clock, clock),
        (pa.list_(pa.int64()), chance.wides, same),
        (inner, lambda: {"a": chance.maybe(chance.bits(64)), "b": chance.maybe(chance.text())}, same),
        (pa.map_(pa.string(), pa.int64()), pairs, dict),
    ]
    names = [f"c{at}" for at in range(len(types))]
    columns = [pa.array([chance.maybe(make()) for _ in range(rows)], kind) for kind, make, _ in types]
    # One that nobody reads: it is told to be left out.
    words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int8()), pa.array([Decimal("1.10")]))
    path = f"{folder}/everything.parquet"
    parquet.write_table(pa.table([pa.array(range(rows), pa.int64()), *columns, words], names=["id", *names, "left_out"]), path)
    read = parquet.read_table(path, columns=["id", *names]).to_pydict()
    form = lambda name, of, at: None if read[name][at] is None else of(read[name][at])
    told("everything", names, [[at, *(form(name, of, at) for name, (_, _, of) in zip(names, types))] for at in range(rows)])


AVRO = [
    ("boolean", lambda chance: chance.random() < 0.5, same),
    ("int", lambda chance: chance.bits(32), same),
    ("long", lambda chance: chance.bits(64), same),
    ("float", lambda chance: chance.odd(chance.single()), single),
    ("double", lambda chance: chance.odd(chance.double()), number),
    ("string", Chance.text, same),
    ("bytes", Chance.bytes, based),
    ({"type": "fixed", "name": "Four", "size": 4}, lambda chance: chance.randbytes(4), based),
    ({"type": "enum", "name": "Mood", "symbols": ["SAD", "OK", "HAPPY"]}, lambda chance: chance.choice(["SAD", "OK", "HAPPY"]), same),
    ({"type": "int", "logicalType": "date"}, Chance.date, datetime.date.isoformat),
    ({"type": "long", "logicalType": "time-micros"}, Chance.clock, clock),
    # As counts: the writer's own way from a date loses what is before 1970.
    ({"type": "long", "logicalType": "timestamp-millis"}, lambda chance: chance.micros() // 1_000, moment),
    ({"type": "long", "logicalType": "timestamp-micros"}, Chance.micros, moment),
    ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, lambda chance: chance.digits(9, 2), digits),
    ({"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 10}, lambda chance: chance.digits(38, 10), digits),
    ({"type": "string", "logicalType": "uuid"}, Chance.uuid, str),
    ({"type": "array", "items": "long"}, Chance.wides, same),
    ({"type": "map", "values": "double"}, lambda chance: {"a": chance.double(), 'b"': -1.5}, same),
    ({"type": "record", "name": "Inner", "fields": [{"name": "x", "type": ["null", "int"]}, {"name": "y", "type": "string"}]},
     lambda chance: {"x": chance.maybe(chance.bits(32)), "y": chance.text()}, same),
]


class Topics:
    def __init__(self, brokers, url, user, password, seed, start, end):
        from confluent_kafka import Producer
        from confluent_kafka.schema_registry import SchemaRegistryClient

        self.registry = SchemaRegistryClient({"url": url, "basic.auth.user.info": f"{user}:{password}"})
        self.producer = Producer({"bootstrap.servers": brokers})
        self.chance, self.ids = Chance(f"{seed} {start}"), range(int(start), int(end))

    def send(self, topic, id, value):
        self.producer.produce(topic, key=str(id), value=value)

    def context(self, topic):
        from confluent_kafka.serialization import MessageField, SerializationContext

        return SerializationContext(topic, MessageField.VALUE)

    def avro(self):
        import io

        import fastavro
        from confluent_kafka.schema_registry import Schema
        from confluent_kafka.schema_registry.avro import AvroSerializer

        fields = [{"name": f"c{at}", "type": ["null", kind]} for at, (kind, _, _) in enumerate(AVRO)]
        record = {"type": "record", "name": "Everything", "namespace": "by.chance", "fields": [{"name": "id", "type": "long"}, *fields]}
        serializer = AvroSerializer(self.registry, Schema(json.dumps(record), "AVRO"))
        names, parsed, rows = [field["name"] for field in fields], fastavro.parse_schema(record), []
        for id in self.ids:
            values = {name: self.chance.maybe(make(self.chance)) for name, (_, make, _) in zip(names, AVRO)}
            message = serializer({"id": id, **values}, self.context("avro"))
            self.send("avro", id, message)
            read = fastavro.schemaless_reader(io.BytesIO(message[5:]), parsed)
            rows.append([id, *(None if read[name] is None else form(read[name]) for name, (_, _, form) in zip(names, AVRO))])
        told("avro", names, rows)

    def protobuf(self):
        from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

        of = descriptor_pb2.FieldDescriptorProto
        whole = [(getattr(of, f"TYPE_{name}"), lambda bits=bits: self.chance.bits(bits), same)
                 for name, bits in (("INT32", 32), ("INT64", 64), ("SINT32", 32), ("SINT64", 64), ("SFIXED32", 32), ("SFIXED64", 64))]
        # Some are wider than our integers are.
        counts = [(of.TYPE_UINT32, lambda: self.chance.unsigned(32), same), (of.TYPE_FIXED32, lambda: self.chance.unsigned(32), same),
                  (of.TYPE_UINT64, lambda: self.chance.unsigned(64), str), (of.TYPE_FIXED64, lambda: self.chance.unsigned(64), str)]
        others = [
            (of.TYPE_BOOL, lambda: self.chance.random() < 0.5, same),
            (of.TYPE_FLOAT, lambda: self.chance.odd(self.chance.single()), single),
            (of.TYPE_DOUBLE, lambda: self.chance.odd(self.chance.double()), number),
            (of.TYPE_STRING, self.chance.text, same),
            (of.TYPE_BYTES, self.chance.bytes, based),
            (of.TYPE_ENUM, lambda: self.chance.randrange(3), lambda value: ["SAD", "OK", "HAPPY"][value]),
            (of.TYPE_MESSAGE, lambda: {"x": self.chance.bits(64), "y": self.chance.text()}, lambda value: {"x": value.x, "y": value.y}),
        ]
        types = [*whole, *counts, *others]
        names = [f"c{at}" for at in range(len(types))]
        file = descriptor_pb2.FileDescriptorProto(name="everything.proto", package="by_chance", syntax="proto3")
        everything = file.message_type.add(name="Everything")
        inner = file.message_type.add(name="Inner")
        inner.field.add(name="x", number=1, type=of.TYPE_INT64, label=of.LABEL_OPTIONAL)
        inner.field.add(name="y", number=2, type=of.TYPE_STRING, label=of.LABEL_OPTIONAL)
        mood = file.enum_type.add(name="Mood")
        for at, name in enumerate(("SAD", "OK", "HAPPY")):
            mood.value.add(name=name, number=at)
        everything.field.add(name="id", number=1, type=of.TYPE_INT64, label=of.LABEL_OPTIONAL)
        for number_of, (name, (kind, _, _)) in enumerate(zip(names, types), 2):
            named = {of.TYPE_ENUM: ".by_chance.Mood", of.TYPE_MESSAGE: ".by_chance.Inner"}.get(kind)
            everything.field.add(name=name, number=number_of, type=kind, type_name=named, label=of.LABEL_OPTIONAL)
        everything.field.add(name="wides", number=len(types) + 2, type=of.TYPE_INT64, label=of.LABEL_REPEATED)
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        message_class = message_factory.GetMessageClass(pool.FindMessageTypeByName("by_chance.Everything"))
        serializer, rows = ProtobufSerializer(message_class, self.registry), []
        for id in self.ids:
            made = message_class(id=id, wides=self.chance.wides())
            for name, (kind, make, _) in zip(names, types):
                value = make()
                if kind == of.TYPE_MESSAGE:
                    inside = getattr(made, name)
                    inside.SetInParent()
                    inside.x, inside.y = value["x"], value["y"]
                else:
                    setattr(made, name, value)
            self.send("protobuf", id, serializer(made, self.context("protobuf")))
            read = message_class.FromString(made.SerializeToString())
            rows.append([id, *(form(getattr(read, name)) for name, (_, _, form) in zip(names, types)), list(read.wides)])
        told("protobuf", [*names, "wides"], rows)

    def json(self):
        written = lambda value: json.dumps(value, ensure_ascii=False)
        # Each as it is written, and as it is read by a type that holds all of them.
        exact = lambda: f"{self.chance.randint(-(10**20), 10**20)}.{self.chance.randrange(10**4):04}{self.chance.randint(1, 9)}"
        at = lambda: moment(EPOCH + datetime.timedelta(microseconds=self.chance.micros()))
        types = [
            (lambda: written(self.chance.random() < 0.5), json.loads),
            (lambda: written(self.chance.bits(64)), json.loads),
            (lambda: written(self.chance.unsigned(64)), str),
            (lambda: written(self.chance.double()), json.loads),
            (exact, str),
            (lambda: written(self.chance.text()), json.loads),
            (lambda: written(self.chance.date().isoformat()), json.loads),
            (lambda: written(at()), json.loads),
            (lambda: written(clock(self.chance.clock())), json.loads),
            (lambda: written(str(self.chance.uuid())), json.loads),
            (lambda: written(self.chance.wides()), json.loads),
            (lambda: written({"a": self.chance.maybe(self.chance.bits(64)), "ü": [self.chance.text(), {"deep": self.chance.double()}]}), json.loads),
        ]
        names, rows = [f"c{at}" for at in range(len(types))], []
        for id in self.ids:
            texts = [self.chance.maybe(make()) for make, _ in types]
            # What is nothing is left out, or said to be nothing.
            fields = [(name, text or "null") for name, text in zip(names, texts) if text or self.chance.random() < 0.5]
            body = ", ".join(f'"{name}": {text}' for name, text in [("id", str(id)), *fields])
            self.send("json", id, f"{{{body}}}".encode())
            rows.append([id, *(None if text is None else read(text) for text, (_, read) in zip(texts, types))])
        told("json", names, rows)


def of_topics(*arguments):
    topics = Topics(*arguments)
    topics.avro()
    topics.protobuf()
    topics.json()
    assert topics.producer.flush(60) == 0


{"sqlite": of_sqlite, "parquet": of_parquet, "topics": of_topics}[sys.argv[1]](*sys.argv[2:])

"""The stock producer of Kafka with the stock serializers: sends orders in Avro, Protobuf and JSON, each by schemas that it registers.

Arguments: the brokers, the registry's address, its user and its password.
"""

import datetime
import decimal
import sys

from confluent_kafka import Producer
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

brokers, url, user, password = sys.argv[1:]
registry = SchemaRegistryClient({"url": url, "basic.auth.user.info": f"{user}:{password}"})
producer = Producer({"bootstrap.servers": brokers})


def send(topic, serializer, value, key=None):
    context = SerializationContext(topic, MessageField.VALUE)
    producer.produce(topic, key=key, value=None if value is None else serializer(value, context))


MONEY = """{"type": "record", "name": "Money", "namespace": "shop.parts", "fields": [
    {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}}, {"name": "currency", "type": "Currency"}]}"""
CURRENCY = '{"type": "enum", "name": "Currency", "namespace": "shop.parts", "symbols": ["EUR", "USD"]}'
ORDER = """{"type": "record", "name": "Order", "namespace": "shop", "fields": [{"name": "id", "type": "long"},
    {"name": "label", "type": ["null", "string"]}, {"name": "price", "type": "shop.parts.Money"},
    {"name": "tip", "type": ["null", "shop.parts.Money"]}, {"name": "paid_in", "type": "shop.parts.Currency"}, {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["OLD", "NEW"]}},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}%s]}"""
NOTE = ', {"name": "note", "type": "string"}'
KEY = '{"type": "record", "name": "OrderKey", "namespace": "shop", "fields": [{"name": "id", "type": "long"}]}'


def avro():
    currency, money = SchemaReference("shop.parts.Currency", "currency", 1), SchemaReference("shop.parts.Money", "money", 1)
    registry.register_schema("currency", Schema(CURRENCY, "AVRO"))
    registry.register_schema("money", Schema(MONEY, "AVRO", [currency]))
    old, new = (AvroSerializer(registry, Schema(ORDER % more, "AVRO", [currency, money])) for more in ("", NOTE))
    keys = AvroSerializer(registry, Schema(KEY, "AVRO"))

    def key(id):
        return keys({"id": id}, SerializationContext("avro", MessageField.KEY))

    def order(id, label, **more):
        price = {"amount": decimal.Decimal("12.34"), "currency": "EUR"}
        at = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
        return {"id": id, "label": label, "price": price, "tip": price if id == 2 else None, "paid_in": "USD", "kind": "NEW", "at": at, **more}

    for id, label in ((1, "one"), (2, None), (3, "three")):
        send("avro", old, order(id, label), key(id))
    send("avro", new, order(4, "four", note="by the second schema"), key(4))
    send("avro", new, None, key(3))


def protobuf():
    # What protoc would make of two files, the second of which imports the first.
    field = descriptor_pb2.FieldDescriptorProto

    def message(file, name, *fields):
        made = file.message_type.add(name=name)
        for number, (name, kind, of) in enumerate(fields, 1):
            made.field.add(name=name, number=number, type=kind, type_name=of, label=field.LABEL_OPTIONAL)

    pool = descriptor_pool.DescriptorPool()
    parts = descriptor_pb2.FileDescriptorProto(name="money.proto", package="parts", syntax="proto3")
    message(parts, "Money", ("cents", field.TYPE_INT64, None))
    orders = descriptor_pb2.FileDescriptorProto(name="order.proto", package="shop", syntax="proto3", dependency=["money.proto"])
    message(orders, "Unused", ("text", field.TYPE_STRING, None))
    message(orders, "Order", ("id", field.TYPE_INT64, None), ("label", field.TYPE_STRING, None), ("price", field.TYPE_MESSAGE, ".parts.Money"))
    pool.Add(parts)
    pool.Add(orders)
    order = message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Order"))
    serializer = ProtobufSerializer(order, registry)
    for id, label in ((1, "one"), (2, ""), (4, "four")):
        made = order(id=id, label=label)
        made.price.cents = 1234
        send("protobuf", serializer, made)


def json():
    schema = """{"$schema": "http://json-schema.org/draft-07/schema#", "title": "Order", "type": "object",
        "properties": {"id": {"type": "integer"}, "label": {"type": "string"}, "price": {"type": "number"}}}"""
    serializer = JSONSerializer(schema, registry)
    for id, label in ((1, "one"), (2, "two"), (4, "four")):
        send("json", serializer, {"id": id, "label": label, "price": 12.34})


avro()
protobuf()
json()
assert producer.flush(60) == 0

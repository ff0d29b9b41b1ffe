"""A stock gRPC client without any generated code: it learns everything by reflection.

Started with the server's address, the key that it reflects with, which a call can replace ("reflect"; "" sends none), and, for TLS, a file with
the authority's certificate.
Reads calls as JSON lines on its standard input and answers each with a JSON line:
  {"do": "list"}                                             the services that reflection lists (v1)
  {"do": "list-alpha"}                                       the same over v1alpha
  {"do": "file", "symbol": "sluice.travel.Plane"}            the names in the file of a symbol
  {"do": "call", "method": "sluice.travel.Plane/Get", "request": {...}, "key": "slk_...", "timeout": 5, "raw": false}
  {"do": "reset", "method": "sluice.travel.Delays/Stream", "request": {...}, "key": "slk_...", "times": 100}
                                                             begins streams, reads one message of each and goes away
  {"do": "health", "service": ""}
An answer has "ok" (the messages, as JSON or as hex) and "metadata", or "code", "details" and "reason".
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2, status_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

if len(sys.argv) > 3:
    with open(sys.argv[3], "rb") as authority:
        channel = grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials(authority.read()))
else:
    channel = grpc.insecure_channel(sys.argv[1])


class WithKey(grpc.StreamStreamClientInterceptor):
    """Reflection with a key, as the stock client sends it with its other headers."""

    def __init__(self, key):
        self.key = key

    def intercept_stream_stream(self, continuation, details, requests):
        metadata = list(details.metadata or ())
        if self.key:
            metadata.append(("authorization", f"Bearer {self.key}"))
        return continuation(details._replace(metadata=metadata), requests)


def reflecting(asked):
    return grpc.intercept_channel(channel, WithKey(asked.get("reflect", sys.argv[2])))


def listed(asked, version):
    path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    ask = reflecting(asked).stream_stream(
        path,
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    try:
        for answer in ask(iter([request]), timeout=10):
            return {"ok": [service.name for service in answer.list_services_response.service]}
    except grpc.RpcError as error:
        return failed(error)


def file(asked):
    """Every message of the file that a symbol stands in, with the names of its fields; nothing where there is none."""
    database = ProtoReflectionDescriptorDatabase(reflecting(asked))
    try:
        found = database.FindFileContainingSymbol(asked["symbol"])
    except (KeyError, grpc.RpcError):
        return {"ok": None}
    return {"ok": {message.name: [field.name for field in message.field] for message in found.message_type}}


def failed(error):
    out = {"code": error.code().name, "details": error.details(), "metadata": dict((k, str(v)) for k, v in (error.initial_metadata() or ()))}
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            for detail in status.details:
                info, request, bad, retry = (error_details_pb2.ErrorInfo(), error_details_pb2.RequestInfo(),
                                             error_details_pb2.BadRequest(), error_details_pb2.RetryInfo())
                if detail.Unpack(info):
                    out["reason"] = info.reason
                elif detail.Unpack(request):
                    out["request_id"] = request.request_id
                elif detail.Unpack(bad):
                    out["fields"] = [violation.field for violation in bad.field_violations]
                elif detail.Unpack(retry):
                    out["retry"] = retry.retry_delay.seconds
    return out


def prepared(asked):
    # A pool of its own for each call: what is live changes.
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(reflecting(asked)))
    service, name = asked["method"].split("/")
    method = pool.FindServiceByName(service).FindMethodByName(name)
    request = message_factory.GetMessageClass(method.input_type)()
    json_format.ParseDict(asked.get("request", {}), request)
    answer = message_factory.GetMessageClass(method.output_type)
    stub = channel.unary_stream if method.server_streaming else channel.unary_unary
    metadata = [("authorization", f"Bearer {asked['key']}")] if asked.get("key") else []
    made = stub(
        f"/{asked['method']}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=(lambda data: data) if asked.get("raw") else answer.FromString,
    )
    return method, made, request, metadata


def reset(asked):
    _, made, request, metadata = prepared(asked)
    seen = 0
    for _ in range(asked["times"]):
        stream = made(request, metadata=metadata, timeout=20)
        next(iter(stream))
        seen += 1
        stream.cancel()
    return {"ok": seen}


def call(asked):
    method, made, request, metadata = prepared(asked)
    show = (lambda data: data.hex()) if asked.get("raw") else (lambda message: json_format.MessageToDict(message, preserving_proto_field_name=True))
    try:
        if method.server_streaming:
            return {"ok": [show(message) for message in made(request, metadata=metadata, timeout=asked.get("timeout", 20))]}
        message, under_way = made.with_call(request, metadata=metadata, timeout=asked.get("timeout", 20))
        return {"ok": show(message), "metadata": dict((k, str(v)) for k, v in under_way.initial_metadata())}
    except grpc.RpcError as error:
        return failed(error)


def health(asked):
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check", request_serializer=lambda data: data, response_deserializer=lambda data: data
    )
    name = asked["service"].encode()
    try:
        return {"ok": check((b"\x0a" + bytes([len(name)]) + name) if name else b"", timeout=10).hex()}
    except grpc.RpcError as error:
        return failed(error)


for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {
            "list": lambda: listed(asked, "v1"),
            "list-alpha": lambda: listed(asked, "v1alpha"),
            "file": lambda: file(asked),
            "call": lambda: call(asked),
            "reset": lambda: reset(asked),
            "health": lambda: health(asked),
        }[asked["do"]]()
    except Exception as error:  # told to the test, which fails on it
        answer = {"broken": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

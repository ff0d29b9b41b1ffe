"""A schema registry in memory that speaks as Confluent's is documented to: what stock clients ask to register schemas and to look them up.

Takes a user and a password, and lets nobody else in; prints its port.
"""

import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from google.protobuf import descriptor_pb2

login = "Basic " + base64.b64encode(f"{sys.argv[1]}:{sys.argv[2]}".encode()).decode()
schemas = []  # what was registered, by number less one
subjects = {}  # numbers by name, in the order of their versions


def answer_of(number):
    schema = dict(schemas[number - 1])
    if schema["schemaType"] == "PROTOBUF":
        schema["schema"] = proto(schema["schema"])
    return {key: schema[key] for key in ("schema", "schemaType", "references") if schema.get(key)}


def proto(descriptor):
    """Clients may register the descriptor of a .proto file; whoever asks gets its text. As much of it as the tests use."""
    file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(descriptor))

    def field(of):
        kind = of.type_name or descriptor_pb2.FieldDescriptorProto.Type.Name(of.type)[len("TYPE_") :].lower()
        repeated = "repeated " if of.label == descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED else ""
        return f"{repeated}{kind} {of.name} = {of.number};"

    enums = [f"enum {of.name} {{ {' '.join(f'{value.name} = {value.number};' for value in of.value)} }}" for of in file.enum_type]
    messages = [f"message {of.name} {{ {' '.join(map(field, of.field))} }}" for of in file.message_type]
    head = [f'syntax = "{file.syntax}";', f"package {file.package};", *(f'import "{name}";' for name in file.dependency)]
    return "\n".join(head + enums + messages)


def version(name, which):
    numbers = subjects.get(name)
    if not numbers:
        return 404, {"error_code": 40401, "message": f"Subject '{name}' not found."}
    which = len(numbers) if which in ("latest", "-1") else int(which)
    if not 1 <= which <= len(numbers):
        return 404, {"error_code": 40402, "message": f"Version {which} not found."}
    return 200, {"subject": name, "id": numbers[which - 1], "version": which, **answer_of(numbers[which - 1])}


def plain(schema):
    return {"schema": schema["schema"], "schemaType": schema.get("schemaType", "AVRO"), "references": schema.get("references")}


def look_up(name, schema):
    for at, number in enumerate(subjects.get(name, []), 1):
        if schemas[number - 1] == plain(schema):
            return version(name, at)
    return 404, {"error_code": 40403, "message": "Schema not found"}


def register(name, schema):
    same = plain(schema)
    if same not in schemas:
        schemas.append(same)
    number = schemas.index(same) + 1
    numbers = subjects.setdefault(name, [])
    if number not in numbers:
        numbers.append(number)
    return 200, {"id": number}


def ask(method, path, body):
    match [unquote(part) for part in path.strip("/").split("/")]:
        case ["schemas", "ids", number] if method == "GET":
            known = 1 <= int(number) <= len(schemas)
            return (200, answer_of(int(number))) if known else (404, {"error_code": 40403, "message": f"Schema {number} not found"})
        case ["subjects", name, "versions", which] if method == "GET":
            return version(name, which)
        case ["subjects", name, "versions"] if method == "POST":
            return register(name, body)
        case ["subjects", name] if method == "POST":
            return look_up(name, body)
    return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply(None)

    def do_POST(self):
        self.reply(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def reply(self, body):
        if self.headers["authorization"] == login:
            status, answer = ask(self.command, urlsplit(self.path).path, body)
        else:
            status, answer = 401, {"error_code": 40101, "message": "Unauthorized"}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/vnd.schemaregistry.v1+json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()

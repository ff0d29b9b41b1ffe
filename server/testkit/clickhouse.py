"""ClickHouse's own engine (chdb) behind its HTTP interface, for tests: the settings and parameters of a request in its
query, the statement in its body. Prints the port that it listens on."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import session

engine = session.Session(sys.argv[1])
one_at_a_time = threading.Lock()
PLAIN = {"database", "default_format", "query", "user", "password"}
READING = ("select", "with", "describe", "desc", "explain", "show")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        sql = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        parameters = {key[6:]: value for key, value in asked.items() if key.startswith("param_")}
        settings = {key: value for key, value in asked.items() if key not in PLAIN and not key.startswith("param_")}
        reading = sql.strip("( \n").split(None, 1)[0].lower() in READING
        try:
            if self.headers.get("x-clickhouse-key", "") == "wrong":
                raise RuntimeError("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)")
            if settings.pop("readonly", "0") != "0" and not reading:
                raise RuntimeError("Code: 164. DB::Exception: Cannot execute query in readonly mode. (READONLY)")
            # What belongs to the connection and not to the engine.
            settings.pop("cancel_http_readonly_queries_on_client_close", None)
            if reading and settings:
                sql += " SETTINGS " + ", ".join(f"{key} = '{value}'" for key, value in settings.items())
            with one_at_a_time:
                engine.query("USE " + asked.get("database", "default"))
                answer = engine.query(sql, asked.get("default_format", "TabSeparated"), params=parameters or None)
                status, body = 200, answer.bytes() if answer is not None else b""
        except Exception as error:
            status, body = 500, str(error).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a caller that left


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()

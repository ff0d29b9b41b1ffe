"""A stock reader of Parquet and of the stream of Arrow IPC: the file named first, as JSON rows on standard output."""

import json
import sys

import pyarrow.ipc
import pyarrow.parquet

kind, name = sys.argv[1], sys.argv[2]
table = pyarrow.parquet.read_table(name) if kind == "parquet" else pyarrow.ipc.open_stream(name).read_all()
print(json.dumps({"types": [str(field.type) for field in table.schema], "rows": table.to_pylist()}, default=str))

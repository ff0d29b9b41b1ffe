"""Files of public packages as Python reads them: each is copied into a folder of its package below the folder that is named, and described
by a JSON line on standard output: its package, the name of its table, its columns with their types, its rows.

Types are those of pandas for CSV and of the values themselves for JSON; texts that are all dates are dates. Cells of texts are as the csv
module reads them, for pandas takes some words for nothing."""

import csv
import datetime
import json
import re
import shutil
import sys
from pathlib import Path

import pandas
import pycountry
import vega_datasets


class Number(str):
    """A number of JSON as it is written."""


def files():
    vega = Path(vega_datasets.__file__).parent
    yield from (("vega", file) for file in sorted([*vega.glob("_data/*"), *vega.glob("*.json")]))
    yield from (("pycountry", file) for file in sorted(Path(pycountry.DATABASE_DIR).glob("*.json")))
    yield from (("iso-codes", file) for file in sorted(Path("/usr/share/iso-codes/json").glob("*.json")))


def date_of(text, pattern):
    try:
        return datetime.datetime.strptime(text, pattern).date().isoformat()
    except ValueError:
        return None


def of_texts(cells):
    """A column of texts: its type, and its cells."""
    filled = [cell for cell in cells if cell is not None]
    for pattern, form in (("%Y-%m-%d", r"\d{4}-\d\d-\d\d"), ("%Y/%m/%d", r"\d{4}/\d\d?/\d\d?")):
        if filled and all(re.fullmatch(form, cell) and date_of(cell, pattern) for cell in filled):
            return "date", [cell and date_of(cell, pattern) for cell in cells]
    return "string", cells


def of_csv(file):
    with open(file, encoding="utf-8-sig", newline="") as text:
        names, *rows = [row for row in csv.reader(text) if row]
    table = pandas.read_csv(file)
    columns = []
    for at, name in enumerate(names):
        cells = [row[at] or None for row in rows]
        kind = table.dtypes.iloc[at].kind
        if kind == "b":
            columns.append((name, "bool", [cell and cell.lower() == "true" for cell in cells]))
        elif kind in "if":
            empty = table.iloc[:, at].isna()
            filled = [cell for cell, nothing in zip(cells, empty) if not nothing]
            # A column of whole numbers with an empty cell is one of floats to pandas.
            read, kind = (int, "int64") if all(re.fullmatch(r"-?\d+", cell) for cell in filled) else (float, "float64")
            columns.append((name, kind, [None if nothing else read(cell) for cell, nothing in zip(cells, empty)]))
        else:
            columns.append((name, *of_texts(cells)))
    return columns


def plain(value):
    if isinstance(value, Number):
        return json.loads(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {name: plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def of_values(cells):
    filled = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, (list, dict)) for cell in filled):
        return "json", [plain(cell) for cell in cells]
    if filled and all(isinstance(cell, bool) for cell in filled):
        return "bool", cells
    if filled and all(isinstance(cell, Number) for cell in filled):
        numbers = [plain(cell) for cell in cells]
        return "int64" if all(isinstance(number, int) for number in numbers if number is not None) else "float64", numbers
    if any(isinstance(cell, (bool, Number)) for cell in filled):
        return "string", [cell if cell is None or isinstance(cell, str) else json.dumps(cell) for cell in cells]
    return of_texts(cells)


def of_json(file):
    with open(file, encoding="utf-8-sig") as text:
        document = json.load(text, parse_int=Number, parse_float=Number)
    rows = document
    if isinstance(document, dict):
        # As it is told of documents: the one array of objects in them, or they are the row.
        inner = [value for value in document.values() if isinstance(value, list) and value and all(isinstance(row, dict) for row in value)]
        rows = inner[0] if len(inner) == 1 else [document]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [(name, *of_values([row.get(name) for row in rows])) for name in names]


for package, file in files():
    if file.suffix not in (".csv", ".json"):
        sys.exit(f"{file} is of a kind that nobody has looked at: read it, or leave it out by name")
    columns = of_csv(file) if file.suffix == ".csv" else of_json(file)
    folder = Path(sys.argv[1]) / package
    folder.mkdir(exist_ok=True)
    shutil.copy(file, folder)
    rows = list(zip(*(cells for _, _, cells in columns)))
    described = [{"name": name, "type": kind} for name, kind, _ in columns]
    print(json.dumps({"package": package, "table": file.stem, "columns": described, "rows": rows}))

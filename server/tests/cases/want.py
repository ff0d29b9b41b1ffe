"""Writes the right values of the cases of files: what Python's csv and json and pyarrow read, as a source gives it.

For each folder, `<folder>.want.json` says its tables: rows as JSON (decimals, dates and times are strings), how many there are of many, where
rows stand that are rejected, or words of the reason why it is no table. `"*"` is any value.
"""

import base64, bz2, csv, datetime, decimal, gzip, io, json, pathlib

import pyarrow.parquet as pq

ROOT = pathlib.Path(__file__).parent / "files"
FEW = 20


def cell(text, kind, nulls):
    if text == "" or text in nulls:
        return None
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind == "comma":
        return float(text.replace(".", "").replace(",", "."))
    if kind == "bool":
        return text.lower() == "true"
    if kind == "dmy":
        day, month, year = text.split("/")
        return f"{year}-{month}-{day}"
    if kind == "utc":
        return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind.startswith("dec"):
        return str(decimal.Decimal(text).quantize(decimal.Decimal(1).scaleb(-int(kind[3:]))))
    return text


def cells(data, kinds, encoding="utf-8-sig", delimiter=",", header=True, skip=0, nulls=(), newline=None):
    lines = io.StringIO(data.decode(encoding), newline="")
    for _ in range(skip):
        lines.readline()
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    names = [name.strip("\ufeff") for name in rows[0]] if header else [f"column_{at + 1}" for at in range(len(rows[0]))]
    rows = rows[1:] if header else rows
    kinds = kinds if isinstance(kinds, list) else [kinds] * len(names)
    good = [row for row in rows if len(row) == len(names)]
    return [{name: cell(text, kind, nulls if kind != "text" else ()) for name, text, kind in zip(names, row, kinds) if name} for row in good]


def of(rows, rejected=()):
    want = {"count": len(rows)}
    if len(rows) <= FEW:
        want["rows"] = rows
    else:
        want["some"] = rows[:2] + rows[-2:]
    if rejected:
        want["rejected"] = list(rejected)
    return want


def bad(words):
    return {"bad": words}


def table(path, kinds, rejected=(), **how):
    return of(cells((ROOT / path).read_bytes(), kinds, **how), rejected)


def union(*tables):
    rows = [row for one in tables for row in one]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return of([{name: row.get(name) for name in names} for row in rows])


def objects(path, kinds=None, skip=()):
    text = (ROOT / path).read_bytes().decode("utf-8-sig")
    rows = [json.loads(line, parse_float=decimal.Decimal) for at, line in enumerate(text.splitlines()) if line.strip() and at + 1 not in skip]
    names = list(dict.fromkeys(name for row in rows for name in row))

    def value(row, name):
        kind, value = (kinds or {}).get(name), row.get(name)
        if value is None:
            return None
        if kind == "text":
            return value if isinstance(value, str) else ("true" if value is True else "false" if value is False else str(value))
        if kind == "dec":
            return str(value)
        return float(value) if isinstance(value, decimal.Decimal) else value

    return [{name: value(row, name) for name in names} for row in rows]


def parquet(path, **kinds):
    rows = pq.ParquetFile(ROOT / path, **({"coerce_int96_timestamp_unit": "us"} if "i96" in path else {})).read().to_pylist()

    def value(name, value):
        kind = kinds.get(name)
        if value is None:
            return None
        if kind == "text" or isinstance(value, decimal.Decimal) or kind == "dec":
            return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if kind == "ts" or hasattr(value, "hour") and hasattr(value, "year"):
            if value.tzinfo:
                value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
            text = value.isoformat()[:26]
            return (text.rstrip("0").rstrip(".") if "." in text else text) + "Z"
        if hasattr(value, "isoformat"):
            return value.isoformat()
        return value

    return [{name: value(name, one) for name, one in row.items()} for row in rows]


def wants():
    z = ["int", "text"]
    yield "csv01_zip", {"zips": table("csv01_zip/zips.csv", ["int", "text", "text"])}
    yield "csv02_zipq", {"zips": table("csv02_zipq/zips.csv", z)}
    yield "csv03_bom", {"bom": table("csv03_bom/bom.csv", z)}
    yield "csv04_bomq", {"bom": table("csv04_bomq/bom.csv", z)}
    yield "csv05_quotednl", {"q": table("csv05_quotednl/q.csv", z)}
    yield "csv06_semicolon", {"eu": table("csv06_semicolon/eu.csv", ["int", "comma", "text"], delimiter=";")}
    yield "csv06b_pipe", {"p": table("csv06b_pipe/p.csv", z, delimiter="|")}
    yield "csv07_ragged", {
        "long": table("csv07_ragged/long.csv", ["int", "text", "text"], ["long.csv, line 3"]),
        "short": table("csv07_ragged/short.csv", ["int", "text", "text"], ["short.csv, line 3"]),
    }
    yield "csv08_trail", {
        "t": table("csv08_trail/t.csv", "text", ["t.csv, line 2", "t.csv, line 3"]),
        "h": table("csv08_trail/h.csv", ["int", "text", "text", "text"]),
    }
    na = ["NA", "N/A", "nan"]
    yield "csv10_na", {
        "na": table("csv10_na/na.csv", ["int", "float", "text"], nulls=na),
        "late": table("csv10_na/late.csv", ["int", "float"], nulls=na),
    }
    yield "csv11_bool", {"b": table("csv11_bool/b.csv", ["int", "text", "bool", "int", "bool"])}
    kinds = ["int", "dmy", "text", "text", "text", "text", "utc", "int", "text"]
    yield "csv12_dates", {"d": table("csv12_dates/d.csv", kinds)}
    yield "csv12b_tz", {"d": table("csv12b_tz/d.csv", ["int", "utc", "utc"])}
    yield "csv12c_baddate", {"d": table("csv12c_baddate/d.csv", z)}
    yield "csv13_latin", {
        "gbk": table("csv13_latin/gbk.csv", z, encoding="gbk"),
        "l": table("csv13_latin/l.csv", z, encoding="latin-1"),
        "lh": table("csv13_latin/lh.csv", z, encoding="latin-1"),
        "u16": table("csv13_latin/u16.csv", z, encoding="utf-16"),
    }
    yield "csv14_big", {"big": table("csv14_big/big.csv", ["int", "int", "dec0", "text", "text"])}
    yield "csv14b_big", {"lateint": table("csv14b_big/lateint.csv", ["int", "dec0"])}
    yield "csv14c_dec", {"money": table("csv14c_dec/money.csv", ["int", "dec2"])}
    yield "csv15_comment", {
        "c": table("csv15_comment/c.csv", z, skip=2),
        "sep": table("csv15_comment/sep.csv", z, skip=1, delimiter=";"),
    }
    yield "csv16_nohdr", {"n": table("csv16_nohdr/n.csv", ["int", "text", "float"], header=False)}
    yield "csv17_empty", {
        "header": table("csv17_empty/header.csv", z),
        "ok": table("csv17_empty/ok.csv", z),
        "zero": bad("the file is empty"),
    }
    yield "csv18_late", {
        "floatlate": table("csv18_late/floatlate.csv", ["int", "float"]),
        "nulls": table("csv18_late/nulls.csv", z),
        "types": table("csv18_late/types.csv", z),
        "zerolate": table("csv18_late/zerolate.csv", z),
    }
    yield "csv19_space", {"s": table("csv19_space/s.csv", ["int", "text", "text"])}
    yield "csv20_cr", {"cr": table("csv20_cr/cr.csv", z), "mixed": table("csv20_cr/mixed.csv", z)}
    yield "csv21_nofinal", {
        "blank": table("csv21_nofinal/blank.csv", z),
        "blank1": table("csv21_nofinal/blank1.csv", ["text"]),
        "n": table("csv21_nofinal/n.csv", z),
    }
    yield "csv23_nul", {"nul": table("csv23_nul/nul.csv", z)}
    yield "csv24_upper", {"DATA": table("csv24_upper/DATA.CSV", z), "data": table("csv24_upper/data.txt", z)}
    yield "csv25_wide", {"w": bad("columns"), "w1900": {"count": 1}}
    yield "csv44_backslash", {
        "inch1": table("csv44_backslash/inch1.csv", z),
        "inch2": table("csv44_backslash/inch2.csv", z),
        "winpath": table("csv44_backslash/winpath.csv", ["int", "text", "int"]),
        "winpath2": table("csv44_backslash/winpath2.csv", z),
    }
    yield "csv45_nlchunk", {"longq": table("csv45_nlchunk/longq.csv", ["int", "text", "int"])}
    yield "csv48_nl", {name: table(f"csv48_nl/{name}.csv", z) for name in "abcdeg"}
    yield "tsv43", {"t": table("tsv43/t.tsv", ["int", "text", "text"], delimiter="\t"), "uneq": table("tsv43/uneq.tsv", z, delimiter="\t")}

    def two(folder, kinds):
        return [cells((ROOT / folder / f"{name}.csv").read_bytes(), kinds) for name in "ab" if (ROOT / folder / f"{name}.csv").stat().st_size]

    yield "fold28_order", {
        "emptyf": union(*two("fold28_order/emptyf", "int")),
        "hdronly": union(*two("fold28_order/hdronly", "int")),
        "names": union(two("fold28_order/names", "int")[0], [{"id": 2, "x": 20}]),
        "t": union(*two("fold28_order/t", "int")),
        "types": union(*two("fold28_order/types", z)),
        "u": union(cells((ROOT / "fold28_order/u/a.csv").read_bytes(), "int"), cells((ROOT / "fold28_order/u/b.csv").read_bytes(), ["int", "int", "text"])),
        "v": union(cells((ROOT / "fold28_order/v/a.csv").read_bytes(), ["int", "int", "text"]), cells((ROOT / "fold28_order/v/b.csv").read_bytes(), "int")),
    }
    yield "fold46_order1000", {"t": union(*two("fold46_order1000/t", "int")), "z": union(*two("fold46_order1000/z", z))}

    names = ["50%25", "a#b", "a*b", "report[1]", "r\u00e9sum\u00e9", "sales 2024", "v1.2", "what?", "x%20y", "\u6570\u636e"]
    yield "name26", {name: table(f"name26/{name}.csv", "int") for name in names}
    yield "name27 [old]", {"plain": table("name27 [old]/plain.csv", "int")}

    unpacked = lambda name: gzip.decompress((ROOT / "gz41" / name).read_bytes())
    yield "gz41", {
        "arch.zip": bad("archive"),
        "z.csv.zip": bad("archive"),
        "arr": of(json.loads(unpacked("arr.json.gz"))),
        "b": of(cells(bz2.decompress((ROOT / "gz41/b.csv.bz2").read_bytes()), z)),
        "empty": bad("the file is empty"),
        "j": of([json.loads(line) for line in unpacked("j.json.gz").splitlines()]),
        "latin": of(cells(unpacked("latin.csv.gz"), z, encoding="latin-1")),
        "multi": of(cells(unpacked("multi.csv.gz"), z)),
        "plain": bad("not compressed with gzip"),
        "reallygz": of(cells(unpacked("reallygz.csv"), z)),
        "single": of(cells(unpacked("single.csv.gz"), z)),
        "trunc": bad("incomplete or damaged"),
        "u16": of(cells(unpacked("u16.csv.gz"), z, encoding="utf-16")),
        "z": {"any": True},
        "zmulti": {"any": True},
    }
    late = lambda name, **kinds: of(objects(f"json40/{name}.jsonl", kinds))
    whole = lambda name: json.loads((ROOT / f"json40/{name}.json").read_text())
    concat = [{"id": 1}, {"id": 2}, {"id": 3}]
    yield "json40", {
        "array": of(whole("array")),
        "bigint": late("bigint", u="dec", h="dec"),
        "bom": late("bom"),
        "concat": of(concat),
        "crlf": late("crlf"),
        "dates": late("dates"),
        "dec": late("dec", r="dec"),
        "dup": late("dup"),
        "empty": bad("the file is empty"),
        "lateflt": late("lateflt"),
        "latekey": late("latekey"),
        "latemixed": {"any": True},
        "latestr": late("latestr", v="text"),
        "mixed": late("mixed", v="text"),
        "mixed2": late("mixed2"),
        "mixed3": late("mixed3"),
        "nan": of(objects("json40/nan.jsonl", skip=[1]), ["nan.jsonl, line 1"]),
        "nested": late("nested"),
        "pretty": of(whole("pretty")),
        "prettyobj": of([whole("prettyobj")]),
        "surr": late("surr"),
        "trail": of(objects("json40/trail.ndjson")),
    }
    yield "json47_late", {
        "f": {"count": 1003},
        "ok1": of(objects("json47_late/ok1.jsonl", {"v": "text"})),
        "str": of(objects("json47_late/str.jsonl", {"v": "text"})),
        "within": of(objects("json47_late/within.jsonl", {"v": "text"})),
    }

    part = [{"id": 1, "v": "a"}, {"id": 2, "v": "b"}]
    yield "delta30", {"meta": of(part), "tbl": of(part), "": {"skipped": ["_delta_log", "_metadata"]}}
    yield "spark29", {
        **{name: of(part) for name in ["tmp", "plain", "readme"]},
        "sales": of(part + [{"id": 3, "v": "c"}]),
        "csvdir": {"any": True},
        "csvds": {"any": True},
        "": {"skipped": ["files are skipped"]},
    }
    yield "hive31", {
        "sales": of([{"id": 1, "year": "2013", "month": "01"}, {"id": 2, "year": "2013", "month": "02"}, {"id": 3, "year": "2014", "month": "01"}]),
        "inside": of([{"id": 1, "year": 2013}]),
        "nullp": of([{"id": 1, "region": "EU"}, {"id": 2, "region": None}]),
        "uneven": bad("several folder levels"),
        "enc": of([{"id": 1, "city": "S\u00e3o Paulo"}, {"id": 2, "city": "a/b"}, {"id": 3, "city": "K\u00f6ln"}]),
    }
    types = parquet("pq32_types/types.parquet")
    for row in types:
        del row["lst"], row["st"]
        row["f64"] = row["f64"] if row["id"] == 1 else "*"
        row["f32"] = {1: 0.1, 2: 1e38, 3: "*"}[row["id"]]
    yield "pq32_types", {"types": of(types)}
    yield "pq33_u64", {name: of(parquet(f"pq33_u64/{name}.parquet", u64="text")) for name in ["u64", "u64ok"]}
    yield "pq34_int96", {name: of(parquet(f"pq34_int96/{name}.parquet")) for name in ["i96", "i96b"]}
    yield "pq35_dec256", {"d": of(parquet("pq35_dec256/d.parquet"))}
    yield "pq36_empty", {"bad": bad("bad.parquet"), "zero": bad("zero.parquet"), "e": of([])}
    yield "pq37_codec", {**{name: {"any": True} for name in ["gzip", "lz4", "brotli"]}, **{name: of(part) for name in ["none", "zstd"]}}
    both = lambda name, **kinds: union(parquet(f"pq38_schema/{name}/a.parquet", **kinds), parquet(f"pq38_schema/{name}/b.parquet", **kinds))
    yield "pq38_schema", {
        "add": both("add"),
        "order": both("order"),
        "ts": both("ts"),
        "type": both("type"),
        "type2": both("type2", v="text"),
    }
    yield "pq39_onlynest", {"n": bad("no column")}


for name, tables in wants():
    (ROOT / f"{name}.want.json").write_text(json.dumps(tables, ensure_ascii=False, indent=1, default=float) + "\n")

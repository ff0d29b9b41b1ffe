"""The direct lineage of SQL texts as sqlglot tells it.

Reads a JSON list of texts from standard input, and writes for each the sources of each column of its result, or an error.
"""
import json
import logging
import re
import sys

from sqlglot import exp
from sqlglot.lineage import build_scope, ensure_schema, maybe_parse, qualify, to_node

logging.disable(logging.CRITICAL)


def sources(node):
    """The columns at the ends of a lineage, as table.column."""
    found = set()
    for end in node.walk():
        if isinstance(end.expression, exp.Table):
            table = end.expression
            name = ".".join(part.name for part in table.parts)
            found.add(f"{name}.{exp.to_column(end.name).name}")
    return sorted(found)


def schema_of(tables, sql):
    """Tables as sqlglot nests them. It wants names of the same depth: with a schema where the text names one."""
    typed = {name: {column: "text" for column in columns} for name, columns in tables.items()}
    dotted = {name: columns for name, columns in typed.items() if "." in name}
    if not any(name.lower() in sql.lower().replace('"', "") for name in dotted):
        return {name: columns for name, columns in typed.items() if "." not in name}
    nested = {}
    for name, columns in dotted.items():
        schema, table = name.split(".")
        nested.setdefault(f'"{schema}"', {})[f'"{table}"'] = {f'"{column}"': kind for column, kind in columns.items() if '"' not in column}
    return nested


def lineage(text):
    schema = ensure_schema(schema_of(text["tables"], text["sql"]), dialect=text["dialect"])
    # It knows no numbered placeholders of SQLite.
    tree = maybe_parse(re.sub(r"\?\d+", "?", text["sql"]), dialect=text["dialect"])
    tree = qualify.qualify(tree, dialect=text["dialect"], schema=schema, validate_qualify_columns=False, identify=False)
    scope = build_scope(tree)
    nodes = [to_node(index, scope, text["dialect"], schema=schema, trim_selects=False) for index in range(len(scope.expression.selects))]
    return {"columns": [sources(node) for node in nodes]}


def main():
    answers = []
    for text in json.load(sys.stdin):
        try:
            answers.append(lineage(text))
        except Exception as error:  # whatever it cannot do is an answer too
            answers.append({"error": f"{type(error).__name__}: {error}"[:200]})
    json.dump(answers, sys.stdout)


main()

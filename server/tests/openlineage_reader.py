"""Reads events as OpenLineage's own client knows them: each member has to be one of its class, and of its type.

The classes are generated from the published schema. What a class does not know, or wants and does not get, is told as wrong; so is a
facet whose schema is not the one of its class, and an event that the client itself would write in another way.
"""

import json
import sys
import types
import typing
from enum import Enum

import attr
from openlineage.client.generated import base, column_lineage_dataset, error_message_run, schema_dataset, sql_job
from openlineage.client.serde import Serde

FACETS = {
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
    "sql": sql_job.SQLJobFacet,
    "errorMessage": error_message_run.ErrorMessageRunFacet,
}
EVENTS = {"JobEvent": base.JobEvent, "RunEvent": base.RunEvent}


def built(kind, value, place):
    """An instance of a class of the client, or a value of a plain type."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        kinds = [one for one in typing.get_args(kind) if one is not type(None)]
        return None if value is None else built(kinds[0], value, place)
    if origin is list:
        if not isinstance(value, list):
            raise ValueError(f"{place}: a list is wanted")
        return [built(typing.get_args(kind)[0], one, f"{place}[{at}]") for at, one in enumerate(value)]
    if origin is dict:
        of = typing.get_args(kind)[1]
        if isinstance(of, type) and issubclass(of, base.BaseFacet):
            return {name: built(FACETS[name], one, f"{place}.{name}") for name, one in value.items()}
        return {name: built(of, one, f"{place}.{name}") for name, one in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if attr.has(kind):
        return instance(kind, value, place)
    if kind is not typing.Any and not isinstance(value, kind):
        raise ValueError(f"{place}: {value!r} is no {kind}")
    return value


def instance(kind, value, place):
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in attr.fields(kind)}
    schema = value.get("_schemaURL", value.get("schemaURL"))
    if "_schemaURL" in fields or "schemaURL" in fields:
        if schema != kind._get_schema():
            raise ValueError(f"{place}: the schema is {schema}, and {kind._get_schema()} for {kind.__name__}")
    unknown = set(value) - set(fields)
    if unknown:
        raise ValueError(f"{place}: {kind.__name__} has no {unknown}")
    given = {}
    for name, one in value.items():
        if fields[name].init:
            given[fields[name].alias or name] = built(hints[name], one, f"{place}.{name}")
    return kind(**given)


def without_empty(value):
    """The client leaves out what is empty."""
    if isinstance(value, dict):
        kept = {name: without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, {}, [])}
    if isinstance(value, list):
        return [without_empty(one) for one in value]
    return value


counts = {"JobEvent": 0, "RunEvent": 0, "wrong": []}
for number, event in enumerate(json.load(sys.stdin)):
    name = event["schemaURL"].rsplit("/", 1)[1]
    try:
        read = instance(EVENTS[name], event, f"events[{number}]")
        again = json.loads(Serde.to_json(read))
        if without_empty(again) != without_empty(event):
            raise ValueError(f"events[{number}] is written as {again}")
        counts[name] += 1
    except Exception as error:  # whatever is wrong with it is what is asked for
        counts["wrong"].append(f"{type(error).__name__}: {error}"[:600])
print(json.dumps(counts))

"""The page that says what the door takes and gives: drawn by ourselves from the schema, under the strict policy."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from lianxin.cases.api.door import api
from lianxin.cases.api.problems import CODES

Plain = dict[str, Any]
JSON = "application/json"


@require_GET
def openapi(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document, in the reader's language."""
    return HttpResponse(_document(get_language()), content_type=JSON)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The readable documentation."""
    return render(request, "cases/api/docs.html", dict(_told(get_language())))


# Both are open to everybody and take a second of processor to make; they change with the code and the language alone.
@lru_cache(maxsize=4)
def _document(_language: str | None) -> bytes:
    return json.dumps(api.get_openapi_schema(), ensure_ascii=False).encode()


@lru_cache(maxsize=4)
def _told(_language: str | None) -> Plain:
    schema = api.get_openapi_schema()
    found = [
        _operation(path, method, operation, schema)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    tags = list(dict.fromkeys(each["tag"] for each in found))
    return {
        "wide": True, "info": schema["info"], "schemes": schema["components"]["securitySchemes"],
        "groups": [(tag, [each for each in found if each["tag"] == tag]) for tag in tags],
        "codes": [(code, status, str(sentence)) for code, (status, sentence) in CODES.items()],
    }  # fmt: skip


def _operation(path: str, method: str, operation: Mapping[str, Any], schema: Mapping[str, Any]) -> Plain:
    good = 201 if 201 in operation["responses"] else 200
    content = operation["responses"][good]["content"]
    answers = content.get(JSON, {})
    body = operation.get("requestBody", {}).get("content", {})
    sent = body.get(JSON, {})
    return {
        "id": operation["operationId"], "path": path, "method": method.upper(), "tag": operation["tags"][0],
        "summary": operation["summary"], "about": operation["description"], "status": good,
        "parameters": [_parameter(each) for each in operation["parameters"]], "types": list(body),
        "fields": _fields(sent.get("schema", {}), schema), "sent": _pretty(sent.get("example")),
        "given": _pretty(answers.get("example")),
        "file": ", ".join(set(content) - {JSON}), "codes": operation["x-codes"],
        "ways": [name for way in operation.get("security", ()) for name in way],
    }  # fmt: skip


def _parameter(each: Mapping[str, Any]) -> Plain:
    kept = {name: each.get(name, "") for name in ("name", "in", "description")}
    return {**kept, "required": each["required"], "type": _type(each["schema"])}


def _fields(ref: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Plain]:
    name = ref.get("$ref", "").rpartition("/")[2]
    shape = schema["components"]["schemas"].get(name, {})
    return [
        {
            "name": field, "type": _type(facts), "required": field in shape.get("required", ()),
            "description": facts.get("description", ""),
        }
        for field, facts in shape.get("properties", {}).items()
    ]  # fmt: skip


def _type(facts: Mapping[str, Any]) -> str:
    """A type in few words."""
    if "enum" in facts:
        return " | ".join(str(each) or "“”" for each in facts["enum"])
    if "anyOf" in facts:
        return " | ".join(_type(each) for each in facts["anyOf"])
    if "$ref" in facts:
        return str(facts["$ref"]).rpartition("/")[2]
    if "properties" in facts:  # one of several objects, by its name
        return str(facts.get("title", facts["type"]))
    inner = f" [{_type(facts['items'])}]" if "items" in facts else ""
    form = f" ({facts['format']})" if "format" in facts else ""
    longest = f" ≤ {facts['maxLength']}" if "maxLength" in facts else ""
    return f"{facts.get('type', '')}{inner}{form}{longest}"


def _pretty(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2) if example is not None else ""

"""A caller of the programs' door: every answer is checked against what the schema promises."""

import io
import itertools
import json
from dataclasses import dataclass, field

from django.test import Client
from PIL import Image

from lianxin.town.api.door import api

KEYS = itertools.count(1)
LX = "lx.test"
REPORT = {"text": "村口第三根灯杆的路灯坏了三天，晚上看不清路。", "category": "streetlight", "lon": 117.005, "lat": 34.605}


def operations():
    """(method, path, operation) of everything the door offers."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation


def as_promised(operation, status, body):
    """The body holds just what its shape describes: no field missing, none more."""
    shape = operation.response_models.get(status) or operation.response_models.get(201)
    read = shape.model_validate({"response": body}).model_dump(mode="json", exclude_unset=False)["response"]
    assert _names(read) == _names(body)


def _names(node):
    if isinstance(node, dict):
        return {key: _names(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_names(each) for each in node]
    return None


@dataclass
class Caller:
    """Somebody who calls; `headers` are their credentials."""

    client: Client
    headers: dict = field(default_factory=dict)
    host: str = LX

    def __call__(self, method, path, body=None, *, status=None, key=True, files=None, **headers):
        sent = {"Accept": "application/json", **self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if method == "POST" and key:
            sent.setdefault("Idempotency-Key", f"test-key-{next(KEYS)}" if key is True else key)
        if files is not None:
            kept = {"data": {**(body or {}), **files}}
        elif body is not None:
            plain = body if isinstance(body, str | bytes) else json.dumps(body)
            kept = {"data": plain, "content_type": sent.pop("Content-Type", "application/json")}
        else:
            kept = {}
        call = getattr(self.client, method.lower())
        response = call("/api/v1" + path, **kept, headers=sent, HTTP_HOST=self.host)
        plain = not response.streaming and "json" in response.headers.get("Content-Type", "") and response.content
        response.json_body = json.loads(plain) if plain else None
        self._check(response)
        if status is not None:
            assert response.status_code == status, response.content.decode()
        return response

    def _check(self, response):
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json", response.content[:300]
            assert {"type", "title", "status", "code", "detail"} <= set(response.json_body)
            assert response.json_body["status"] == response.status_code
            assert response.json_body["detail"]
            assert response.json_body["title"]
            return
        method = response.request["REQUEST_METHOD"]
        found = [
            operation
            for m, path, operation in operations()
            if m == method and _matches(path, response.resolver_match.route)
        ]
        if found and response.json_body is not None:
            as_promised(found[0], response.status_code, response.json_body)


def _matches(path, route):
    return path.replace("{", "<").replace("}", ">").strip("/") == route.removeprefix("api/v1/").strip("/")


def jpeg(colour="red", size=(640, 480)):
    """A photo, as a telephone would send it."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    out.seek(0)
    out.name = "photo.jpg"
    return out

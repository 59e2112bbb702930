"""A caller of the programs' door: every answer is checked against what the schema promises."""

import itertools
import json
from dataclasses import dataclass, field

import pytest
from django.test import Client

from lianxin.cases.api.door import api

KEYS = itertools.count(1)
LX = "lx.test"


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
            kept = {"data": body if isinstance(body, (str, bytes)) else json.dumps(body), "content_type": sent.pop("Content-Type", "application/json")}
        else:
            kept = {}
        call = getattr(self.client, method.lower())
        response = call("/api/v1" + path, **kept, headers=sent, HTTP_HOST=self.host)
        response.json_body = json.loads(response.content) if response.content else None
        self._check(response)
        if status is not None:
            assert response.status_code == status, response.content.decode()
        return response

    def _check(self, response):
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json", response.content[:300]
            assert {"type", "title", "status", "code", "detail"} <= set(response.json_body)
            assert response.json_body["status"] == response.status_code
            assert response.json_body["detail"] and response.json_body["title"]
            return
        view = response.resolver_match.func
        name = response.resolver_match.url_name
        for _method, _path, operation in operations():
            if operation.view_func.__name__ == name and view is not None:
                pass
        method = response.request["REQUEST_METHOD"]
        found = [
            operation
            for m, path, operation in operations()
            if m == method and _matches(path, response.resolver_match.route)
        ]
        if found:
            as_promised(found[0], response.status_code, response.json_body)


def _matches(path, route):
    return path.replace("{", "<").replace("}", ">").strip("/") == route.removeprefix("api/v1/").strip("/")


@pytest.fixture
def client(settings):
    settings.ALLOWED_HOSTS = ["*"]
    made = Client(raise_request_exception=False)
    made.defaults["HTTP_HOST"] = LX
    return made


@pytest.fixture
def anybody(client, town):
    return Caller(client)


@pytest.fixture
def token(town):
    """Makes a caller with an access token of one of the town's staff."""
    from datetime import timedelta

    from django.utils import timezone

    from lianxin.people.models import Post, Token
    from lianxin.people.tokens import SCOPES, new_token

    def make(username, scopes=SCOPES, *, of=None, days=30, **changes):
        where = of or town
        plain, digest = new_token(where)
        post = Post.objects.for_system("tests", where).get(account__username=f"{username}.{where.letters.lower()}")
        moment = timezone.now()
        Token.objects.create(
            town=where, post=post, name="test", digest=digest, scopes=list(scopes), created_at=moment,
            expires_at=moment + timedelta(days=days), **changes,
        )
        caller = Caller(Client(raise_request_exception=False), {"Authorization": f"Bearer {plain}"})
        caller.plain = plain
        return caller

    return make

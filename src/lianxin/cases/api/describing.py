"""How operations are described, so that the schema says everything and a reader needs nothing beside it."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema

from lianxin.cases.api.problems import CODES, MEDIA_TYPE

REF = "#/components/schemas/{model}"
EVERYWHERE = ("not_found", "bad_method", "unavailable", "fault")
PROBLEM_EXAMPLE = {
    "type": "/api/v1/docs#code-stale",
    "title": "现在不能这样做",
    "status": 409,
    "code": "stale",
    "detail": "事项在第 3 版之后又有新进展，请重新读取。",
}
KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": _(
        "One key for one effect, kept 90 days: the same body again is answered with the same result and "
        "Idempotency-Replayed: true; another body under the key is refused (key_used_otherwise)."
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,120}$"},
    "example": "2f1c6f5e-6d0a-4a5e-9a44-0d3b1f3f7a10",
}
TOWN_PARAMETER = {
    "in": "query",
    "name": "town",
    "required": False,
    "description": _(
        "The town's letters. Needed only where one address serves several towns; a token names its town itself."
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z]{1,4}$"},
    "example": "LX",
}

NUMBER_PARAMETER = {
    "description": _("The number of the case; spaces and dashes do not matter."),
    "example": "LX48217350",
}
PHOTO_PARAMETER = {"description": _("The id of the photo, as the case lists it."), "example": "88"}
GRID_PARAMETER = {"description": _("The code of the grid."), "example": "320381104003"}
BATCH_PARAMETER = {"description": _("The id of the act on several cases."), "example": "4711"}
REGISTER_PARAMETER = {"description": _("The key of a register, as `listRegisters` tells them."), "example": "units"}
ROW_PARAMETER = {"description": _("The key of a row, or its id; a holiday by its date."), "example": "traffic"}
KIND_PARAMETER = {"description": _("The key of a kind of case."), "example": "repair"}
CATEGORY_PARAMETER = {"description": _("The key of a category, or its id."), "example": "streetlight"}
RULE_PARAMETER = {"description": _("The id of a rule of dispatch."), "example": "4712"}
LINK_PARAMETER = {"description": _("The id of a contractor's link, as `listLinks` tells it."), "example": "5512"}
REPLY_PARAMETER = {"description": _("The id of a reply text."), "example": "4713"}
FOLLOW_UP_PARAMETER = {"description": _("The id of a day to look at a case again."), "example": "4714"}
UPLOAD_PARAMETER = {"description": _("The id of a file that was brought."), "example": "4715"}
IMPORTED_PARAMETER = {"description": _("The id of a file taken in, as `listImported` tells it."), "example": "4720"}
SITE_PARAMETER = {"description": _("The code of a site, as on its plate."), "example": "320381104003-007"}
VIEW_PARAMETER = {"description": _("The id of a saved view."), "example": "4716"}
POST_PARAMETER = {"description": _("The id of a post, as `listPosts` tells it."), "example": "4717"}
LEAVE_PARAMETER = {"description": _("The id of a leave, as `readPost` tells it."), "example": "4718"}
CENTRE_PARAMETER = {"description": _("The id of a centre household, as `listParty` tells it."), "example": "4719"}
OF_PATH = {
    "number": NUMBER_PARAMETER, "batch": BATCH_PARAMETER, "photo": PHOTO_PARAMETER, "code": GRID_PARAMETER,
    "key": REGISTER_PARAMETER, "row": ROW_PARAMETER, "kind": KIND_PARAMETER, "category": CATEGORY_PARAMETER,
    "rule": RULE_PARAMETER, "link": LINK_PARAMETER, "reply": REPLY_PARAMETER, "follow_up": FOLLOW_UP_PARAMETER,
    "upload": UPLOAD_PARAMETER, "imported": IMPORTED_PARAMETER, "site": SITE_PARAMETER, "view": VIEW_PARAMETER,
    "post": POST_PARAMETER, "leave": LEAVE_PARAMETER, "centre": CENTRE_PARAMETER,
}  # fmt: skip
REPLAYED = _("The same request again: what the first one brought about.")
_WORDS = frozenset({"summary", "description"})
_bodies: dict[str, type[Schema]] = {}


class Problem(Schema):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    faults: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """Everything of an operation but its path and its credentials.

    `summary`: what it does in three words; `about`: what a caller must know. `body`: the model of what is sent, with
    an example; `form`: the properties that multipart/form-data has beside it; `query`: the model of the query string.
    `media`: the type of an answer that is a file. `more`: parameters beside the query model's.
    `scope`: what an access token must hold. `fails`: codes of problems beside those any operation may answer with.
    """

    summary: str
    about: str
    example: Any = None
    gives: Any = None
    status: int = 200
    body: tuple[type[Schema], Any] | None = None
    form: Mapping[str, Any] | None = None
    query: type[Schema] | None = None
    fails: tuple[str, ...] = ()
    keyed: bool = False
    scope: str = ""
    media: str = ""
    more: tuple[Mapping[str, Any], ...] = ()

    @property
    def options(self) -> dict[str, Any]:
        """What the router is told."""
        words = {"summary": self.summary, "description": self.about}
        return {**words, "response": {self.status: self.gives}, "openapi_extra": self._extra()}

    def _extra(self) -> dict[str, Any]:
        of_keys = ("key_missing", "key_used_otherwise") if self.keyed else ()
        codes = sorted({*self.fails, *of_keys, *EVERYWHERE})
        told = {"application/json": {"example": self.example}}
        file = {self.media: {"schema": {"type": "string", "format": "binary"}}}
        good = {self.status: {"content": file if self.media else told}}
        extra: dict[str, Any] = {"responses": good | _problems(codes), "x-codes": codes}
        if self.keyed:
            extra["responses"].setdefault(200, {"description": REPLAYED})
        if self.body is not None or self.form is not None:
            extra["requestBody"] = _request_body(self.body, self.form)
        if self.scope:
            extra["x-scopes"] = [self.scope]
        keys = [KEY_HEADER] if self.keyed else []
        query = _query(self.query) if self.query else []
        extra["parameters"] = [*keys, *query, *map(dict, self.more), TOWN_PARAMETER]
        return extra


def _query(model: type[Schema]) -> list[dict[str, Any]]:
    """The parameters of a query string; each is told as the model reads it."""
    found = []
    for name, schema in model.model_json_schema()["properties"].items():
        if name == TOWN_PARAMETER["name"]:
            continue
        about = schema.pop("description", "")
        found.append({"in": "query", "name": name, "required": False, "description": about, "schema": schema})
    return found


def _problems(codes: Sequence[str]) -> dict[int, Any]:
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(CODES[code][0], []).append(code)
    content = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}, "example": PROBLEM_EXAMPLE}}
    return {status: {"description": ", ".join(each), "content": content} for status, each in found.items()}


def _request_body(body: tuple[type[Schema], Any] | None, form: Mapping[str, Any] | None) -> dict[str, Any]:
    content: dict[str, Any] = {}
    parts: list[dict[str, Any]] = []
    if body is not None:
        model, sent = body
        _bodies[model.__name__] = model
        parts.append({"$ref": REF.format(model=model.__name__)})
        content["application/json"] = {"schema": parts[0], "example": sent}
    if form is not None:
        content["multipart/form-data"] = {"schema": {"allOf": [*parts, {"type": "object", "properties": dict(form)}]}}
    return {"required": True, "content": content}


def completed(schema: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with our bodies, scopes and words, in the language of whoever reads it."""
    models: list[type[Schema]] = [Problem, *_bodies.values()]
    for model in models:
        made = model.model_json_schema(ref_template=REF)
        schema["components"]["schemas"] |= made.pop("$defs", {})
        schema["components"]["schemas"][model.__name__] = made
    plain: dict[str, Any] = _in_words(copy.deepcopy(schema))
    plain["info"]["title"] = _translated(plain["info"]["title"])
    for operation in _operations(plain):
        operation["tags"] = [_translated(tag) for tag in operation.get("tags", ())]
        for way in operation.get("security", ()):
            if "AccessToken" in way:
                way["AccessToken"] = list(operation["x-scopes"])
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                parameter.update(_in_words(OF_PATH[parameter["name"]]))
    return plain


def _operations(schema: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from path.values()


def _in_words(node: Any) -> Any:
    """Summaries and descriptions in the reader's language."""
    if isinstance(node, dict):
        return {
            key: _translated(value) if key in _WORDS and isinstance(value, str | Promise) else _in_words(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_in_words(each) for each in node]
    return str(node) if isinstance(node, Promise) else node


def _translated(text: Any) -> str:
    words = " ".join(str(text).split())
    return gettext(words) if words else ""

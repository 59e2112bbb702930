"""The document says everything: no operation without words, codes and a true example; and it is OpenAPI 3.1."""

import json
import re

import pytest
from django.utils import translation

from calling import as_promised, operations
from lianxin.cases.api.problems import CODES, Problem, answer
from lianxin.keys.cache import forget
from lianxin.keys.models import Town
from lianxin.people.tokens import SCOPES
from lianxin.town.api.door import api
from towns import make_town

OPERATIONS = [(f"{method} {path}", operation) for method, path, operation in operations()]


@pytest.fixture(scope="module")
def document():
    with translation.override("zh-hans"):
        return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def described(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert set(document["paths"]) == {
        "/api/v1" + path
        for path in (
            "/reports", "/photos", "/reports/{number}", "/reports/{number}/transitions", "/board", "/board/{number}",
            "/categories", "/grids", "/grids/{code}/boundary", "/grids/{code}", "/grids/{code}/reform", "/kinds", "/units", "/sites", "/routes", "/routes/why", "/me", "/cases", "/cases/{number}",
            "/cases/{number}/entries", "/cases/{number}/transitions", "/cases/{number}/photos/{photo}",
            "/reports/{number}/photos/{photo}", "/views", "/batches", "/batches/{batch}", "/batches/{batch}/undo",
            "/cases/{number}/undo", "/cases/{number}/links", "/cases/{number}/links/{link}/renew", "/cases/{number}/links/{link}/end", "/setup", "/setup/town", "/setup/town/past", "/setup/town/back", "/setup/registers", "/setup/{key}",
            "/setup/{key}/{row}", "/setup/{key}/{row}/past", "/setup/{key}/{row}/back", "/setup/workflows",
            "/records/{key}", "/records/{key}/{row}/past", "/records/{key}/{row}/back",
            "/setup/workflows/{kind}", "/setup/questions", "/setup/questions/{category}", "/setup/routes",
            "/setup/routes/{rule}", "/setup/routes/{rule}/past", "/replies", "/replies/{reply}",
            "/replies/{reply}/past", "/replies/{reply}/back", "/views/{view}", "/board/{number}/join", "/cases/{number}/replies", "/follow-ups", "/follow-ups/{follow_up}/done",
            "/setup/sites", "/setup/sites/{site}", "/grids/{code}/lines", "/setup/imports", "/setup/imports/{upload}", "/setup/imports/{upload}/faults",
            "/setup/imports/{upload}/take", "/setup/imported", "/setup/imported/{imported}", "/setup/imported/{imported}/back", "/setup/exports", "/cases/{number}/follow-ups", "/ledger", "/ledger/checks", "/grids/{code}/party", "/centres/{centre}/look", "/centres/{centre}/erase", "/grids/{code}/micro", "/grids/{code}/representative", "/grids/{code}/end",
            "/publications", "/cases/{number}/publication", "/cases/{number}/photos/{photo}/cover", "/cases/{number}/erase",
            "/cases/{number}/contact", "/check-ins", "/messages", "/messages/read", "/samples",
            "/posts", "/posts/{post}", "/posts/{post}/end", "/posts/{post}/leaves",
            "/posts/{post}/leaves/{leave}", "/mine", "/reports/{number}/watch",
            *(f"{way}{end}" for way in ("/mine", "/reports/{number}") for end in ("/details", "/erase", "/export")),
        )
    }  # fmt: skip


def test_every_operation_is_described_with_an_example(document):
    names = []
    for place, operation in described(document):
        for part in ("summary", "description", "operationId", "tags", "parameters", "responses"):
            assert operation.get(part), f"{place} has no {part}"
        good = [each for status, each in operation["responses"].items() if status in {"200", "201"}]
        content = [kind for each in good for kind in each.get("content", {}).items()]
        assert any("example" in told or kind != "application/json" for kind, told in content), place
        if "requestBody" in operation and "application/json" in operation["requestBody"]["content"]:
            assert "example" in operation["requestBody"]["content"]["application/json"], place
        for parameter in operation["parameters"]:
            assert parameter["schema"], f"{place}: {parameter['name']}"
        assert {"404", "405", "500"} <= set(operation["responses"]), place
        names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_an_operation_of_the_staff_names_its_credentials_and_scope(document):
    of_staff = [(place, each) for place, each in described(document) if each["tags"][0].startswith("工作人员")]
    assert len(of_staff) >= 49
    for place, operation in of_staff:
        ways = {name: scopes for way in operation["security"] for name, scopes in way.items()}
        assert set(ways) == {"AccessToken", "BrowserSession"}, place
        assert len(ways["AccessToken"]) == 1, place
        assert ways["AccessToken"][0] in SCOPES, place


def test_every_write_takes_a_key_but_photos_which_are_their_own(document):
    for place, operation in described(document):
        named = {parameter["name"] for parameter in operation["parameters"]}
        assert ("Idempotency-Key" in named) == (place.startswith("POST") and not place.endswith("/photos")), place


def test_a_photo_is_told_as_a_file(document):
    for place in ("/cases/{number}/photos/{photo}", "/reports/{number}/photos/{photo}"):
        told = document["paths"]["/api/v1" + place]["get"]
        assert told["responses"]["200"]["content"] == {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}
        assert {each["name"] for each in told["parameters"]} == {"number", "photo", "size", "town"}


def in_json(operation):
    [status] = operation.response_models
    return "application/json" in operation.openapi_extra["responses"][status]["content"]


IN_JSON = [(place, each) for place, each in OPERATIONS if in_json(each)]


@pytest.mark.parametrize(("place", "operation"), IN_JSON, ids=[place for place, _ in IN_JSON])
def test_an_example_is_what_its_shape_promises(place, operation):
    [status] = operation.response_models
    example = operation.openapi_extra["responses"][status]["content"]["application/json"]["example"]
    as_promised(operation, status, example)


def test_examples_of_bodies_can_be_sent(document):
    from lianxin.cases.api import describing

    for place, operation in described(document):
        sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if sent:
            describing._bodies[sent["schema"]["$ref"].rpartition("/")[2]].model_validate(sent["example"]), place


def test_every_reference_leads_somewhere(document):
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert name in document["components"]["schemas"]


def test_every_operation_says_which_problems_it_may_answer_with(document):
    for place, operation in described(document):
        assert set(operation["x-codes"]) <= set(CODES), place
        for code in operation["x-codes"]:
            assert code in operation["responses"][str(CODES[code][0])]["description"].split(", "), place


def test_the_document_speaks_the_readers_language(document):
    with translation.override("en"):
        english = api.get_openapi_schema()
    assert english["paths"]["/api/v1/reports"]["post"]["summary"] == "Send a report"
    assert document["paths"]["/api/v1/reports"]["post"]["summary"] == "提交诉求"
    for place, operation in described(document):
        for words in ("summary", "description"):
            assert re.search("[一-鿿]", operation[words]), place
        for parameter in operation["parameters"]:
            assert not parameter.get("description") or re.search("[一-鿿]", parameter["description"]), parameter


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_in_both_languages(code):
    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            body = json.loads(answer(Problem(code)).content)
        assert body["code"] == code
        assert body["status"] == CODES[code][0]
        told[language] = body["detail"] + body["title"]
    assert re.search("[一-鿿]", told["zh-hans"])
    assert not re.search("[一-鿿]", told["en"])


@pytest.mark.django_db
def test_an_operation_without_words_is_found():
    """The test above can fail: an operation added without a description is seen."""
    from ninja import Router

    from lianxin.cases.api.door import Door

    bare, router = Door(urls_namespace="bare"), Router()
    router.get("/bare")(lambda request: None)
    bare.add_router("", router)
    schema = bare.get_openapi_schema(path_prefix="/bare")
    [operation] = [each for methods in schema["paths"].values() for each in methods.values()]
    assert "description" not in operation
    assert "x-codes" not in operation


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_code_without_a_script_of_others(client, town):
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    for place, operation in OPERATIONS:
        assert f'id="{operation.operation_id}"' in text, place
    for code in CODES:
        assert f'id="code-{code}"' in text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)
    assert "<script>" not in text
    assert "style=" not in text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1.")


def test_the_written_documentation_names_every_code_and_scope():
    from pathlib import Path

    words = Path(__file__).parents[2].joinpath("docs/api.md").read_text("utf-8")
    for name in (*CODES, *SCOPES):
        assert f"`{name}`" in words, name


@pytest.mark.django_db
def test_where_towns_share_an_address_the_docs_need_none_of_them(client, town):
    make_town("QH", "清河镇", code="999001199")
    Town.objects.update(host=None)
    forget()
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert client.get("/").status_code == 404

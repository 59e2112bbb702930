"""Whatever is sent, the answer is a problem or what the schema promises: never a page, a traceback or a 500."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calling import REPORT, Caller, operations
from lianxin.cases.actions import open_case
from lianxin.cases.links import link_code
from lianxin.cases.values import Draft
from lianxin.people.actors import nobody
from towns import MONDAY

pytestmark = pytest.mark.django_db
PLACES = sorted({(method, path) for method, path, _ in operations()})
SLOW = settings(  # what is read of it is the same on every database; that what is kept may be odd, a few tell as well
    max_examples=8 if os.environ.get("LIANXIN_DATABASE") else 25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

ugly = st.sampled_from(
    ["\x00", "\ud800", "\u202e", "'; DROP TABLE cases_case;--", "<script>", "9" * 40, "-1", "1e309", "NaN", "null", "{}", "[]",
     "../../etc/passwd", "%s%s%n", "9223372036854775808", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)  # fmt: skip
text = st.text(max_size=30) | ugly
plain = st.none() | st.booleans() | st.integers() | st.floats() | text
tree = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=8
)
FIELDS = (
    "text", "title", "category", "lon", "lat", "datum", "grid", "address", "happened_at", "contact", "public_consent",
    "photos", "kind", "channel", "urgency", "act", "version", "given", "values", "seen", "why", "source", "base", "file",
    "dry_run", "lines", "name", "body", "query", "phase", "on", "phone", "seq", "hours", "unit", "level", "reason",
)  # fmt: skip
KEPT = {"{key}": "units", "{row}": "traffic", "{kind}": "request", "{category}": "streetlight"}
bodies = st.dictionaries(st.sampled_from(FIELDS), tree, max_size=6) | tree
near = st.fixed_dictionaries({"text": text}, optional={name: tree for name in FIELDS if name != "text"})
rows = st.fixed_dictionaries(
    {"values": st.dictionaries(st.sampled_from(["name", "key", "desk_of", "hours", "parent", "phone"]), tree, max_size=4) | tree},
    optional={"seen": st.just("x") | plain, "why": plain, "seq": st.sampled_from([1, 2]) | plain},
)  # fmt: skip
texts = st.fixed_dictionaries(
    {"source": text | st.sampled_from(["questions: []", "key: request", "- &a [*a]", "? {"]), "base": st.sampled_from([0, 1]) | plain},
    optional={"dry_run": st.just(value=True) | plain, "why": plain, "seen": plain},
)
files = st.fixed_dictionaries(
    {"file": st.dictionaries(st.sampled_from(["units", "town", "calendar"]), tree | st.lists(st.dictionaries(text, tree, max_size=2), max_size=2), max_size=2)},
    optional={"dry_run": st.booleans()},
)
acts = st.fixed_dictionaries(
    {"act": st.sampled_from(["accept", "assign", "reject", "merge", "remind", "add", "note", "withdraw", "supervise"]) | text,
     "version": st.sampled_from([0, 1, 2]) | plain},
    optional={"given": st.dictionaries(
        st.sampled_from(["holder", "units", "category", "grid", "case", "clause", "reason", "note", "until", "rating",
                         "photos", "demand", "urgency", "contacted", "answer"]) | text, tree, max_size=4)},
)  # fmt: skip


@pytest.fixture
def standing_case(town):
    return open_case(Draft(kind="request", title="路灯不亮", text="路灯不亮"), actor=nobody(town), now=MONDAY)


def sent(body):
    """As JSON bytes; half characters and numbers that JSON has not are sent as they are."""
    return json.dumps(body).encode("utf-8", "surrogatepass")


def sound(answer):
    assert answer.status_code < 500, answer.content[:500]
    kind = answer.headers["Content-Type"]
    assert kind in {"application/json", "application/problem+json", "application/zip"}  # all of one's own, taken along


def ways(town, done, token):
    return [
        token("admin"),
        Caller(token("clerk").client, {"Authorization": f"Bearer {token('clerk').plain}"}),
        Caller(token("clerk").client, {"Authorization": f"Report {link_code(done.reporter_id)}"}),
    ]


@pytest.mark.parametrize(("method", "path"), PLACES, ids=[f"{m} {p}" for m, p in PLACES])
def test_junk_never_breaks_an_operation(method, path, town, standing_case, token):
    callers = ways(town, standing_case, token)
    where = path.replace("{number}", standing_case.case.number)
    for hole, filled in KEPT.items():
        where = where.replace(hole, filled)
    if method == "GET":  # has no body: what its address may hold comes below
        for caller in callers:
            sound(caller("GET", where))
        return

    @SLOW
    @given(body=near | acts | bodies | rows | texts | files, raw=st.booleans(), noise=st.binary(max_size=40), caller=st.sampled_from(callers))
    def walk(body, raw, noise, caller):
        sound(caller(method, where, noise if raw else sent(body)))

    walk()


@pytest.mark.parametrize("path", [path for method, path in PLACES if method == "GET"])
def test_junk_in_the_address_never_breaks_an_operation(path, town, standing_case, token):
    caller = token("clerk")
    names = ("town", "after", "most", "words", "grid", "category", "state", "number", "phone", "at", "code", "scope")

    @SLOW
    @given(st.dictionaries(st.sampled_from(names), text, max_size=3), text)
    def walk(query, number):
        from urllib.parse import quote, urlencode

        place = path.replace("{number}", quote(number.encode("utf-8", "surrogatepass"), safe="") or "x")
        plain = {name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}
        sound(caller("GET", f"{place}?{urlencode(plain)}"))

    walk()


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_another_kind_of_content_is_refused(anybody, kind):
    told = anybody("POST", "/reports", json.dumps(REPORT), status=415, Content_Type=kind)
    assert told.json_body["code"] == "unsupported_media"


@pytest.mark.parametrize("body", [" ", "{", "[1,", "\xff", '{"text": NaN}', "[" * 5000, '{"text": "\\ud800"}'])
def test_what_is_not_json_is_refused(anybody, body):
    assert anybody("POST", "/reports", body).status_code in {400, 422}


def test_a_body_too_large_is_refused_before_it_is_read(anybody, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    told = anybody("POST", "/reports", {**REPORT, "text": "灯" * 2000}, status=413)
    assert told.json_body["code"] == "too_large"
    settings.LIANXIN_PHOTO_BYTES = 100
    assert anybody("POST", "/reports", {**REPORT, "text": "灯" * 3000}, status=413)


def test_a_broken_form_is_refused(anybody):
    broken = anybody.client.generic(
        "POST", "/api/v1/photos", b"--x\r\nnonsense", content_type="multipart/form-data", HTTP_HOST="lx.test"
    )
    assert broken.status_code in {400, 422}
    assert broken.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/nothing", "/cases/1/2/3", "/reports/", "/docs/", "/%00"])
def test_an_unknown_address_is_a_problem_not_a_page(anybody, path):
    assert anybody("GET", path, status=404).json_body["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api/", "/api/v2/cases", "/api/v1/"])
def test_so_is_one_beside_the_door(client, town, path):
    told = client.get(path)
    assert told.status_code == 404
    assert told.headers["Content-Type"] == "application/problem+json"


def test_a_wrong_method_names_the_right_ones(anybody):
    told = anybody("PUT", "/reports", {}, status=405)
    assert told.json_body["code"] == "bad_method"
    assert told.headers["Allow"] == "POST"


def test_a_host_that_is_not_ours_is_a_problem(anybody, settings):
    settings.ALLOWED_HOSTS = ["lx.test"]
    anybody.host = "evil.test"
    assert anybody("GET", "/board", status=400).json_body["code"] == "bad_request"


def test_a_town_nobody_knows_is_a_problem(anybody, other_town):
    anybody.host = "other.test"
    assert anybody("GET", "/board", status=404)
    assert anybody("GET", "/board?town=LX", status=200)
    assert anybody("GET", "/board?town=ZZ", status=404)


def test_our_own_fault_is_told_plainly_and_logged(anybody, monkeypatch, caplog):
    from lianxin.cases.api import public

    def broken(*_args, **_kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(public, "board", broken)
    told = anybody("GET", "/board", status=500)
    assert told.json_body["code"] == "fault"
    assert "secret" not in told.content.decode()
    assert "secret detail" in caplog.text


def test_debugging_shows_no_traceback_to_programs(anybody, monkeypatch, settings):
    from lianxin.cases.api import public

    settings.DEBUG = True
    monkeypatch.setattr(public, "board", lambda *_a, **_k: 1 / 0)
    assert "Traceback" not in anybody("GET", "/board", status=500).content.decode()
    assert "Traceback" not in anybody("GET", "/nothing", status=404).content.decode()

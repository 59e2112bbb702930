"""Components as pages get them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from jinja2 import UndefinedError

import lianxin.ui


class Tags(HTMLParser):
    """Tags and attributes as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}


pytestmark = pytest.mark.usefixtures("chinese")


def test_what_people_write_is_escaped_everywhere(page):
    hostile = '"><img src=x onerror=alert(1)>'
    drawn = page(
        "{{ ui.field('a', h, value=h, hint=h, error=h) }}{{ ui.field('t', h, 'textarea', h) }}"
        "{{ ui.field('r', h, 'radio', h, options=[(h, h)]) }}{{ ui.button(h, confirm=h) }}{{ ui.notice(h) }}"
        "{{ ui.timeline([{'act': h, 'who': h, 'at': h, 'text': h}]) }}{{ ui.person(h, h, h) }}"
        "{{ ui.case_card({'href': h, 'title': h, 'number': h, 'place': h, 'words': h}) }}"
        "{{ ui.bars([{'label': h, 'value': 1}], h) }}{{ ui.copy_link(h) }}{{ ui.light('ok', h) }}",
        h=hostile,
    )
    found = Tags(drawn)
    assert "img" not in found.tags
    assert "onerror" not in found.attributes


def test_nothing_carries_a_style_or_script_of_its_own(plain, client):
    drawn = client.get("/ui/?layout=app").content.decode()
    assert " style=" not in drawn
    assert "<style" not in drawn
    assert not re.search(r"\son[a-z]+=", drawn)
    assert not re.search(r"<script(?![^>]*src=)", drawn)


def test_a_field_points_to_its_hint_and_its_error(page):
    drawn = page("{{ ui.field('phone', '电话', 'tel', hint='十一位', error='少一位') }}")
    assert 'aria-describedby="f-phone-hint f-phone-error"' in drawn
    assert 'id="f-phone-hint"' in drawn
    assert 'id="f-phone-error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_a_chosen_value_stays_chosen(page):
    assert page("{{ ui.field('a', 'A', 'select', 2, options=[(1, 'x'), (2, 'y')]) }}").count("selected") == 1
    boxes = page("{{ ui.field('a', 'A', 'checks', [2, '3'], options=[(1, 'x'), (2, 'y'), (3, 'z')]) }}")
    assert boxes.count(" checked") == 2
    assert 'value="5" checked' in page("{{ ui.rating_field('a', 'A', 5) }}")


def test_a_textarea_keeps_a_first_empty_line(page):
    assert ">\n\nzwei</textarea>" in page("{{ ui.field('a', 'A', 'textarea', '\nzwei') }}")


def test_a_form_of_django_shows_its_values_and_faults(page):
    class Report(forms.Form):
        title = forms.CharField(label="什么事", max_length=40)
        way = forms.ChoiceField(label="方式", choices=[("sms", "短信"), ("call", "电话")], widget=forms.RadioSelect)

    form = Report({"title": "", "way": "call"})
    drawn = page("{{ ui.form_errors(form) }}{{ ui.bound(form.title) }}{{ ui.bound(form.way) }}", form=form)
    assert 'href="#f-title"' in drawn
    assert 'id="f-title"' in drawn
    assert 'value="call" checked' in drawn
    assert 'maxlength="40"' in drawn


def test_the_faults_of_a_form_lead_to_their_fields(page):
    faults = {"": "没有办成", "title": "请写", "place": "请选", "seen": "请再看"}
    drawn = page('{{ ui.field_errors(faults, at={"place": "f-address"}, but=["seen"]) }}', faults=faults)
    told = re.findall(r"<li>(?:<a href=\"(.*?)\">)?(.*?)(?:</a>)?</li>", drawn)
    assert told == [("", "没有办成"), ("#f-title", "请写"), ("#f-address", "请选")]
    assert "data-summary" not in page("{{ ui.field_errors({}) }}")


def test_each_form_has_a_key_of_its_own_and_keeps_it_when_refused(page):
    keys = re.findall(r'idempotency_key" value="(\w+)"', page("{{ ui.idem() }}{{ ui.idem() }}{{ ui.idem('again') }}"))
    assert len(set(keys)) == 3
    assert keys[2] == "again"


def test_a_missing_name_may_be_asked_for_but_not_shown(page):
    assert page("{% if nothing %}x{% endif %}") == ""
    with pytest.raises(UndefinedError):
        page("{{ nothing }}")


def test_an_unknown_icon_is_an_error(page):
    with pytest.raises(KeyError):
        page("{{ icon('no-such') }}")


def test_the_query_changes_only_what_is_asked(page, rf):
    request = rf.get("/x", {"state": "late", "page": "3", "q": "路灯"})
    assert page("{{ query(r, page=none, state='ok') }}", r=request) == "?state=ok&amp;q=%E8%B7%AF%E7%81%AF"


def test_a_map_to_look_at_does_not_speak_of_choosing_a_place(page):
    shown, picked = page("{{ ui.map_show(grids='/g') }}"), page("{{ ui.map_pick(grids='/g') }}")
    for word in ("data-say-put", "data-say-in-grid", "data-say-outside", "data-say-no-gps", "写地址"):
        assert word not in shown
        assert word in picked
    assert "地图没有加载出来，请重新打开本页。" in shown


SHOWS = {"case", "entries", "photos", "items", "points", "pairs", "heads", "figure", "part", "grids"}  # data, by its name
LEADS = {"tabs", "chips", "crumbs", "map_pick"}  # ways on and inputs: what they hold is written by us, or by the reader
STATES = {"empty", "loading", "error", "long", "double"}


@pytest.fixture
def components():
    """Every macro of the components by its name, and the text of their file."""
    from django.template import engines
    from jinja2.runtime import Macro

    template = engines["jinja2"].env.get_template("ui/macros.html")
    made = {name: each for name, each in vars(template.module).items() if isinstance(each, Macro)}
    return made, Path(template.filename).read_text()


def test_every_component_is_shown_on_the_living_page(components):
    made, text = components
    living = (Path(lianxin.ui.__file__).parent / "templates" / "ui" / "living.html").read_text()
    unshown = {name for name in made if not re.search(rf"\bui\.{name}\(", living)}
    beneath = {name for name in unshown if re.search(rf"(?<!macro )(?<![\w.]){name}\(", text[text.index("#}") :])}
    assert unshown == beneath  # a part of others is shown with them
    told = set(re.findall(r"\b([a-z_]+)\(", text[: text.index("#}")]))
    assert told >= set(made) - beneath  # and what is for pages is in the list at the file's head
    assert not (unshown & {"photo_strip", "similar", "form_errors", "waiting", "form", "bound", "due", "key"})


def test_every_component_of_data_is_shown_in_each_state(plain, client, components):
    made, _text = components
    data = {name for name, each in made.items() if SHOWS & set(each.arguments[:1])} - LEADS
    shown = client.get("/ui/").content.decode()
    sections = dict(re.findall(r'<section class="states" data-of="(\w+)">(.*?)</section>', shown, re.DOTALL))
    assert set(sections) == data >= {"case_row", "timeline", "photo_strip", "table", "trend", "map_show"}
    for name, section in sections.items():
        parts = dict(re.findall(r'<div data-state="(\w+)"[^>]*>(.*?)(?=<div data-state|$)', section, re.DOTALL))
        assert set(parts) == STATES, name
        assert 'class="empty"' in parts["empty"], name
        assert 'class="waiting"' in parts["loading"], name
        assert "notice late" in parts["error"], name
        assert len({re.sub(r"\s+", "", parts[state]) for state in STATES}) == len(STATES), name

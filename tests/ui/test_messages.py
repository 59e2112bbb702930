"""Every word has its Chinese."""

import re

import pytest

from lianxin.ui import messages

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


@pytest.fixture
def app(tmp_path):
    """An app with a message in its code and two in its page."""
    home = tmp_path / "shop"
    (home / "templates").mkdir(parents=True)
    (home / "__init__.py").write_text("")
    (home / "views.py").write_text('from x import gettext_lazy as _\nA = _("Open")\n')
    (home / "templates" / "a.html").write_text('{% do x %}{{ _("Close") }}{% trans n=1 %}One {{ n }}{% endtrans %}')
    return home


def tell(app, text):
    path = app / messages.PO
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PO + text, "utf-8")


def test_code_and_pages_are_both_read(app):
    assert {gap.message for gap in messages.gaps(app.parent)} == {"Open", "Close", "One %(n)s"}


def test_a_whole_file_leaves_no_gap(app):
    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n\nmsgid "Close"\nmsgstr "关闭"\n\nmsgid "One %(n)s"\nmsgstr "一 %(n)s"\n')
    assert messages.gaps(app.parent) == []


def test_an_empty_or_doubtful_translation_is_a_gap(app):
    empty, doubtful = '\nmsgid "Open"\nmsgstr ""\n', '\n#, fuzzy\nmsgid "Close"\nmsgstr "关闭"\n'
    tell(app, empty + doubtful + '\nmsgid "One %(n)s"\nmsgstr "一 %(n)s"\n')
    assert {gap.message for gap in messages.gaps(app.parent)} == {"Open", "Close"}


def test_a_lost_hole_is_a_gap(app):
    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n\nmsgid "Close"\nmsgstr "关闭"\n\nmsgid "One %(n)s"\nmsgstr "一 %(m)s"\n')
    assert [gap.message for gap in messages.gaps(app.parent)] == ["One %(n)s"]


def test_extracting_adds_what_is_missing_and_keeps_what_is_there(app):
    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n')
    assert messages.extract(app.parent) == 2
    assert messages.translated(app).get("Open").string == "打开"
    assert messages.extract(app.parent) == 0


def test_extracting_again_leaves_every_file_as_it_is(app):
    messages.extract(app.parent)
    written = (app / messages.PO).read_bytes()
    messages.extract(app.parent)
    assert (app / messages.PO).read_bytes() == written


def test_a_message_goes_to_the_file_beside_it_and_goes_when_nothing_says_it(app):
    part = app / "views"
    part.mkdir()
    (part / "one.py").write_text('from django.utils.translation import gettext as _\n_("Near")\n')
    tell(part, '\nmsgid "Gone"\nmsgstr "没有了"\n')
    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n')
    messages.extract(app.parent)
    beside = (part / messages.PO).read_text("utf-8")
    assert '"Near"' in beside
    assert '"Gone"' not in beside
    assert '"Near"' not in (app / messages.PO).read_text("utf-8")


def test_one_message_in_two_ways_is_found(app):
    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n')
    other = app.parent / "town"
    other.mkdir()
    (other / "__init__.py").write_text("")
    tell(other, '\nmsgid "Open"\nmsgstr "开放"\n')
    assert [clash.message for clash in messages.clashes(app.parent)] == ["Open"]


def test_one_message_in_two_ways_within_an_app_is_found(app):
    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n')
    part = app / "views" / messages.PO
    part.parent.mkdir(parents=True)
    part.write_text((app / messages.PO).read_text("utf-8").replace("打开", "开放"), "utf-8")
    assert [clash.message for clash in messages.clashes(app.parent)] == ["Open"]


def test_compiling_makes_what_django_reads(app):
    import gettext

    tell(app, '\nmsgid "Open"\nmsgstr "打开"\n')
    assert messages.compile_all(app.parent) == 1
    assert messages.compile_all(app.parent) == 0
    with (app / messages.PO).with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Open") == "打开"


def test_the_words_of_the_look_are_whole():
    assert [str(gap) for gap in messages.gaps() if gap.app == "ui"] == []


def test_lateness_has_one_word_everywhere():
    """超期, as the glossary says: who reads another word on each page thinks of another thing."""
    bases = messages.ROOT.rglob("*.po"), (messages.ROOT.parents[1] / "towns" / "base").rglob("*.yaml")
    told = [line for files in bases for path in files for line in path.read_text("utf-8").splitlines()]
    assert any("超期" in line for line in told)
    assert [line for line in told if re.search("逾期|超时", line)] == []

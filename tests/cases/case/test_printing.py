"""Paper: the slip, the list and the register are PDF with embedded Chinese faces, and tell no more than their pages."""

import io
import re
import unicodedata
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from cases.case.staging import ACCEPT, NAME, PHONE, TAKE, assign, move, raised, signed_in
from lianxin.cases.models import Case, Duty
from lianxin.cases.views.printing import lists, paper
from lianxin.ledger.models import Entry, Text
from towns import who

pytestmark = pytest.mark.django_db


def read(answer):
    """A PDF as a reader finds it."""
    assert answer.status_code == 200, answer.content.decode()[:2000]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    return PdfReader(io.BytesIO(answer.content))


def words(page_or_book):
    """What stands on a page, or on all of them; PDF readers give some characters as their old forms (⽉ for 月)."""
    pages = page_or_book.pages if isinstance(page_or_book, PdfReader) else [page_or_book]
    said = "".join(page.extract_text() for page in pages)
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", said))


def unembedded(book):
    """Names of fonts that a reader would have to have."""
    loose = []
    for page in book.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for inner in font.get_object().get("/DescendantFonts", [font]):
                facts = inner.get_object().get("/FontDescriptor", {})
                if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(facts):
                    loose.append(inner.get_object().get("/BaseFont"))
    return loose


def with_handler(town):
    return move(town, raised(town), ACCEPT, assign(town), TAKE)


def slip(username, done, **reason):
    client, address = signed_in(username), f"/cases/{done.case.number}/slip.pdf"
    return client.post(address, reason) if reason else client.get(address)


def test_the_slip_says_what_to_do_where_and_until_when_with_its_faces_in_it(town):
    done = with_handler(town)
    book = read(slip("handler", done))
    said = words(book)
    for part in ("事项工单", done.case.number, "村口路灯不亮", "连着三个晚上不亮", "1村1格", "办理情况", "群众签字"):
        assert part in said, part
    assert len(book.pages) == 1
    assert unembedded(book) == []
    assert b"LX" in book.pages[0].extract_text().encode()


def test_the_slip_masks_the_resident_unless_somebody_says_why(town):
    done = with_handler(town)
    plain = words(read(slip("handler", done)))
    assert NAME not in plain
    assert PHONE not in plain
    assert "199****0001" in plain
    assert not Entry.objects.for_system("test", town).filter(act="look").exists()
    whole = words(read(slip("handler", done, reason="place")))
    assert NAME in whole
    assert PHONE in whole
    assert "办结后销毁" in whole
    entry = Entry.objects.for_system("test", town).get(act="look")
    assert (entry.post_id, entry.data["case"]) == (who(town, "handler").post_id, done.case.pk)
    assert Text.objects.for_system("test", town).get(entry=entry).body


def test_nobody_prints_a_telephone_without_a_reason_the_right_or_the_case(town):
    done = with_handler(town)
    refused = slip("handler", done, reason="other", words=" ")
    assert refused.status_code == 422
    assert "请说明" in refused.content.decode()
    assert slip("leader", done, reason="handle").status_code == 403
    assert slip("worker2", done, reason="handle").status_code == 404
    assert slip("worker2", done).status_code == 404
    assert not Entry.objects.for_system("test", town).filter(act="look").exists()


def test_what_a_resident_wrote_is_never_carried_out(town):
    text = '#read("/etc/passwd") #panic() $x$ *粗* @a <b> \\ //注 ' + "`码`"
    done = move(town, raised(town, title="#emph[标题]", text=text), ACCEPT)
    said = words(read(slip("clerk", done)))
    assert "#emph[标题]" in said
    assert '#read("/etc/passwd")#panic()$x$*粗*@a<b>' in said


@pytest.fixture
def three_hundred(town):
    """Three hundred open cases, copied from one: their rows are all that a list reads."""
    done = raised(town)
    case = Case.objects.for_system("test", town).get(pk=done.case.pk)
    duty = Duty.objects.for_system("test", town).get(case_id=case.pk, what="main")
    cases, duties = [], []
    for at in range(299):
        values = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
        values |= {"id": case.pk + at + 1, "number": f"LX9{at:07d}", "title": f"第{at}盏路灯不亮"}
        cases.append(Case(**values))
        held = {field.attname: getattr(duty, field.attname) for field in Duty._meta.concrete_fields}
        duties.append(Duty(**held | {"id": duty.pk + at + 1, "case_id": case.pk + at + 1}))
    Case.objects.for_system("test", town).bulk_create(cases)
    Duty.objects.for_system("test", town).bulk_create(duties)
    return town


def test_three_hundred_rows_keep_their_heads_on_every_page(three_hundred):
    clerk, today = signed_in("clerk"), timezone.localdate()
    for address in ("list.pdf?scope=all", f"register.pdf?scope=all&from={today - timedelta(days=1)}&to={today}"):
        book = read(clerk.get(f"/desk/print/{address}"))
        assert 8 <= len(book.pages) <= 24, (address, len(book.pages))
        assert unembedded(book) == []
        pages = [words(page) for page in book.pages]
        for at, said in enumerate(pages, start=1):
            assert "序号事项编号" in said, address
            assert said.endswith(f"{at}/{len(pages)}")
        whole = "".join(pages)
        assert all(f"第{at}盏路灯不亮" in whole for at in range(299))
        assert "共300件" in whole
        assert PHONE not in whole
        assert NAME not in whole


def test_what_is_too_long_for_paper_says_so(three_hundred, monkeypatch):
    monkeypatch.setattr(lists, "MOST", 40)
    for address in ("list.pdf?scope=all", "register.pdf?scope=all"):
        book = read(signed_in("clerk").get(f"/desk/print/{address}"))
        assert "共40件" in words(book.pages[0]), address
        assert "只印出前40件" in words(book.pages[-1]), address


def test_a_list_holds_what_its_reader_sees_and_a_register_what_its_days_hold(town):
    done = with_handler(town)
    seen = {name: words(read(signed_in(name).get("/desk/print/list.pdf?scope=all"))) for name in ("handler", "worker2")}
    assert done.case.number in seen["handler"]
    assert done.case.number not in seen["worker2"]
    register = "/desk/print/register.pdf?scope=all&from=2020-01-01&to=2020-01-31"
    assert done.case.number not in words(read(signed_in("clerk").get(register)))
    odd = "from=2026-12-31&to=2026-01-01&category=999&grid=-1"
    assert "登记台账" in words(read(signed_in("clerk").get(f"/desk/print/register.pdf?{odd}")))


@pytest.mark.parametrize(("asked", "told"), [
    ("from=x&to=", "没有这一天：x。"), ("from=2026-13-01", "没有这一天：2026-13-01。"), ("to=9999-12-31", "没有这一天：9999-12-31。"),
])  # fmt: skip
def test_a_day_that_cannot_be_is_asked_for_again_and_nothing_is_printed(town, asked, told):
    answer = signed_in("clerk").get(f"/desk/print/register.pdf?scope=unit&light=late&{asked}")
    page = answer.content.decode()
    assert (answer.status_code, told in page, 'value="unit" selected' in page) == (422, True, True)
    assert '<input type="hidden" name="light" value="late">' in page


def test_a_register_holds_all_its_reader_sees_unless_it_says_whose(town):
    done = with_handler(town)
    number = done.case.number
    every, mine = "/desk/print/register.pdf", "/desk/print/register.pdf?scope=mine"
    assert number in words(read(signed_in("clerk").get(every)))  # it is with another unit
    assert number not in words(read(signed_in("clerk").get(mine)))
    page = signed_in("clerk").get("/desk/print/").content.decode()
    assert '<option value="all" selected>' in page
    assert 'type="hidden" name="scope"' not in page


def test_a_machine_without_a_chinese_face_says_what_to_do_and_puts_no_look_on_record(town, monkeypatch):
    done = with_handler(town)

    monkeypatch.setattr(paper, "press", lambda **asked: b'["DejaVu Sans"]')
    paper.faces.cache_clear()
    try:
        for answer in (slip("handler", done), slip("handler", done, reason="handle"),
                       signed_in("handler").get("/desk/print/list.pdf")):  # fmt: skip
            assert answer.status_code == 503
            assert "fonts-noto-cjk" in answer.content.decode()
    finally:
        paper.faces.cache_clear()
    assert not Entry.objects.for_system("test", town).filter(act="look").exists()


def test_the_pages_lead_to_the_papers(town):
    done = with_handler(town)
    handler = signed_in("handler")
    number = done.case.number
    assert f"/cases/{number}/slip/" in handler.get(f"/cases/{number}/").content.decode()
    asked = handler.get(f"/cases/{number}/slip/").content.decode()
    assert 'name="reason"' in asked
    assert PHONE not in asked
    assert 'name="reason"' not in signed_in("leader").get(f"/cases/{number}/slip/").content.decode()
    assert "/desk/print/?scope=all" in signed_in("clerk").get("/desk/?scope=all").content.decode()
    page = signed_in("clerk").get("/desk/print/?scope=all&light=late").content.decode()
    assert "list.pdf?scope=all&amp;light=late" in page
    assert '<input type="hidden" name="light" value="late">' in page

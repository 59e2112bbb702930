"""One resident who leaves something of themselves wherever the product takes it, by its own doors and pages.

Every word is of characters that stand nowhere else, so that whatever is left of them anywhere can be looked for.
"""

import io
import re
import smtplib
from dataclasses import dataclass, field
from datetime import timedelta
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.actions.checking_in import Told, check_in
from lianxin.cases.actions.covering import cover_case_photo
from lianxin.cases.actions.followups import follow_up
from lianxin.cases.actions.joining import join_case
from lianxin.cases.actions.looking import reveal_contact
from lianxin.cases.actions.publish import Public, publish
from lianxin.cases.actions.saved import save_view
from lianxin.cases.actions.worklinks import LinkFacts, make_link, work_done
from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Category, Photo, Reporter, WorkLink
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.photos import store
from lianxin.jobs.queue import run_due
from lianxin.notices.actions import watch_code
from lianxin.notices.models import Subscription
from lianxin.people.actors import contractor, nobody
from lianxin.people.actors import reporter as reporter_actor
from lianxin.people.models import Account
from lianxin.people.queries import today, unit_by_key
from lianxin.people.residents import make_code, rename_account
from towns import grid_named, who

NAME, PHONE, EMAIL, PLACE = "瞿鹧鸪", "18700004321", "zhegu.qu@huainan.example", "槲寄生巷七号"
POINT = {"lon": 117.005173, "lat": 34.604928}
WORDS = {  # what they wrote, and what others wrote of them
    "title": "獬豸路灯坏了", "text": "貔貅桥头黑着", "added": "饕餮摊边也黑", "unhappy": "狴犴那盏还没亮", "answered": "鸂鶒色的灯罩",
    "rated": "师傅鹓鶵般利落", "appealed": "螭吻那块不归法院", "joined": "蒲牢家门前也黑", "joined_later": "睚眦坡又黑了",
    "still": "囚牛巷如今还亮", "withdrawn": "椒图自己修好了", "noted": f"内部：{NAME}（{PHONE}）嘲风那边也问过",
    "rung": f"电话{PHONE}，{NAME}说霸下桥头", "met": f"会商：{NAME}家的蚣蝮渠口", "minutes": f"纪要：{NAME}，狻猊亭西侧",
    "followed_up": f"再问{NAME}鸱吻一事", "link_task": f"找{NAME}，负屃路口", "link_title": f"{NAME}家门前灯", "link_told": "已到朝天吼处换灯",
    "public": "貔貅桥头一盏灯", "looked": f"找{NAME}核实麒麟", "answer": f"{NAME}同志：{PLACE}的灯已亮。",
}  # fmt: skip
SHEET = """questions:
  - key: which
    ask: {zh: 哪一盏, en: Which lamp}
    type: text
"""


def picture(colour):
    """A small photo as it comes from a phone."""
    out, image = io.BytesIO(), Image.new("RGB", (60, 40), colour)
    image.paste("yellow", (10, 5, 25, 20))
    image.save(out, "JPEG")
    return out.getvalue()


@dataclass
class Resident:
    """What they left: their reporters, the browser they are signed in with, codes and links that were theirs alone."""

    town: object
    site: Client
    reporters: list[int] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    beside: int = 0  # the reporter who waits for the same answer

    def actor(self, reporter):
        return reporter_actor(self.town, case_id=reporter.case_id, reporter_id=reporter.pk, first=reporter.first)

    def opened(self, colour, *, title=WORDS["title"], now=None, category=None, **answers):
        """A request of theirs with photo, place, contact and an answer to what the category asks."""
        asked = {"place": {"source": "gps", "accuracy": "7"}, **answers}
        draft = Draft(
            "request", title, text=WORDS["text"], address=PLACE, contact=Contact(NAME, PHONE, True), answers=asked,
            photos=[store(picture(colour), town=self.town)], category_id=category, **POINT,
        )  # fmt: skip
        done = open_case(draft, actor=nobody(self.town), now=now or timezone.now())
        self.reporters.append(done.reporter_id)
        return done.case, Reporter.objects.for_system("t", self.town).get(pk=done.reporter_id)


def do(town, row, act, by, /, **given):
    """One act by somebody of the staff, or by an actor."""
    actor = who(town, by) if isinstance(by, str) else by
    return transition(row.pk, act, actor=actor, now=timezone.now(), given=given).case


def handled(town, case):
    """To where it is being handled."""
    do(town, case, "accept", "clerk")
    do(town, case, "assign", "clerk", holder=Holder(unit_by_key(town, "utilities").pk))
    return do(town, case, "take", "handler")


def live(town, site, sent):
    """A life in the product: seven requests, each gone another way, and all that hangs on them. `sent`: their codes."""
    them = Resident(town, site)
    signs_in(them, sent)
    shared_with_others(them)
    closed_with_words(them)
    refused_and_appealed(them)
    joined_anothers(them)
    merged_into_anothers(them)
    withdrawn_and_waiting(them)
    asked_by_the_form(them)
    follows(them)
    speaks_for_neighbours(them)
    while run_due(now=timezone.now()):
        pass
    return them


def signs_in(them, sent):
    """By the code of their telephone, in one browser and then in another; and writes their name."""
    them.site.post("/mine/sign-in/", {"phone": PHONE})
    assert them.site.post("/mine/code/", {"code": sent()})["Location"] == "/mine/"
    account = Account.objects.exclude(proven="").get()
    rename_account(account, NAME, actor=nobody(them.town), now=timezone.now())
    make_code(PHONE, now=timezone.now())  # asked for once more, and not typed yet
    Client(headers={"host": "lx.test"}).force_login(account, backend="lianxin.people.backends.AccountBackend")


def shared_with_others(them):
    """Handled, noted, conferred on, passed to a contractor, published, found wanting; and somebody else waits as well."""
    town, now = them.town, timezone.now()
    case, own = them.opened("red")
    do(town, case, "add", them.actor(own), note=WORDS["added"], photos=[store(picture("blue"), town=town)])
    reveal_contact(stand(who(town, "clerk"), pk=case.pk), own.pk, WORDS["looked"], actor=who(town, "clerk"), now=now)
    handled(town, case)
    do(town, case, "contact", "handler", contacted="reached", note=WORDS["rung"])
    do(town, case, "note", "clerk", note=WORDS["noted"])
    do(town, case, "confer", "handler", units=[unit_by_key(town, "sanitation").pk], note=WORDS["met"])
    do(town, case, "conclude", "clerk", note=WORDS["met"], present="三个单位", minutes=WORDS["minutes"])
    follow_up(case, today(now) + timedelta(days=3), WORDS["followed_up"], actor=who(town, "handler"), now=now)
    check_in(Told(f"{POINT['lon']},{POINT['lat']}", 9), actor=who(town, "handler"), now=now, case=case)
    save_view("找人", InboxFilter(scope="all", words=NAME), shared=True, actor=who(town, "clerk"), now=now)
    photo = Photo.objects.for_system("t", town).filter(case_id=case.pk).order_by("id").first()
    cover_case_photo(case, photo, [(100, 100, 300, 300)], actor=who(town, "clerk"), now=now)
    contracted(them, case, photo)
    do(town, case, "finish", "handler", answer=WORDS["answer"])
    do(town, case, "dissatisfied", them.actor(own), rating="2", reason=WORDS["unhappy"])
    publish(case, Public(WORDS["title"], WORDS["public"], WORDS["answer"], PLACE), actor=who(town, "clerk"), now=now)
    joined = join_case(case.pk, Contact("李四", "19900000077"), actor=nobody(town), now=now, note="我家门前也黑")
    them.beside = joined.reporter_id


def contracted(them, case, photo):
    """A contractor gets a link that tells of them, and writes back."""
    town, now = them.town, timezone.now()
    facts = LinkFacts(
        "亮堂安装队", now + timedelta(days=5), WORDS["link_title"], task=WORDS["link_task"], place=PLACE,
        may=("record", "finish"), photos=(photo.pk,),
    )  # fmt: skip
    made = make_link(stand(who(town, "handler"), pk=case.pk), facts, actor=who(town, "handler"), now=now)
    them.secrets.add(made.code)
    link = WorkLink.objects.for_system("t", town).get(pk=made.link.pk)
    told = f"{WORDS['link_told']}，{NAME}在场"
    assert work_done(link, "finish", told, [], actor=contractor(town, link_id=link.pk), now=now)


def closed_with_words(them):
    """Content, with words; and four weeks later still so."""
    case, own = them.opened("orange", title="饶山脚下另一盏灯")
    handled(them.town, case)
    do(them.town, case, "finish", "handler", answer=WORDS["answer"])
    do(them.town, case, "satisfied", them.actor(own), rating="5", note=WORDS["rated"])
    do(them.town, case, "close", "supervisor")
    do(them.town, case, "still_good", them.actor(own), note=WORDS["still"])


def refused_and_appealed(them):
    """Not taken; appealed against, with a photo."""
    case, own = them.opened("purple")
    do(them.town, case, "reject", "clerk", clause="court", reason=f"{NAME}已就此起诉")
    photos = [store(picture("pink"), town=them.town)]
    do(them.town, case, "appeal", them.actor(own), reason=WORDS["appealed"], photos=photos)
    appeal = Case.objects.for_system("t", them.town).get(parent_id=case.pk, channel="appeal")
    them.reporters.append(Reporter.objects.for_system("t", them.town).get(case_id=appeal.pk).pk)


def joined_anothers(them):
    """"I too": words and a photo added to somebody else's request, at once and later."""
    town, now = them.town, timezone.now()
    draft = Draft("request", "东村井盖响", text="夜里一直响", contact=Contact("王五", "19900000055"))
    case = open_case(draft, actor=nobody(town), now=now).case
    photos = [store(picture("green"), town=town)]
    joined = join_case(case.pk, Contact(NAME, PHONE), actor=nobody(town), now=now, note=WORDS["joined"], photos=photos)
    them.reporters.append(joined.reporter_id)
    own = Reporter.objects.for_system("t", town).get(pk=joined.reporter_id)
    do(town, case, "add", them.actor(own), note=WORDS["joined_later"], photos=[store(picture("olive"), town=town)])
    do(town, case, "accept", "clerk", note=f"{NAME}、王五两家")


def merged_into_anothers(them):
    """Found to be the same as somebody else's, and put under it."""
    town = them.town
    draft = Draft("request", "西坡路灯不亮", text="整排都不亮", contact=Contact("赵六", "19900000066"))
    main = open_case(draft, actor=nobody(town), now=timezone.now()).case
    do(town, main, "accept", "clerk")
    case, _own = them.opened("brown")
    do(town, case, "accept", "clerk")
    do(town, case, "merge", "clerk", case=main.pk, note=f"与{NAME}所报相同")


def withdrawn_and_waiting(them):
    """One taken back with a reason, one that nobody has looked at yet."""
    case, own = them.opened("black")
    do(them.town, case, "withdraw", them.actor(own), reason=WORDS["withdrawn"])
    them.opened("white")


def asked_by_the_form(them):
    """Through the page, signed in: what the category asks is answered, and the form's key is kept."""
    category = Category.objects.for_system("t", them.town).get(key="streetlight")
    sheet = publish_questions(category, SHEET, base=0, why="", actor=who(them.town, "admin"), now=timezone.now())
    said = {
        "text": WORDS["text"], "category": category.pk, "name": NAME, "phone": PHONE, "address": PLACE,
        "idempotency_key": "k" * 20, "shown_q": [f"{sheet.pk}:which"], "q_which": WORDS["answered"],
    }  # fmt: skip
    asked = them.site.post("/report/", said).content.decode()  # is it one of those shown? No: sent all the same
    sent = them.site.post("/report/", {**said, "shown": re.findall(r'name="shown" value="([^"]*)"', asked)})
    assert sent.status_code == 303
    held = Reporter.objects.for_system("t", them.town).order_by("-id").first()
    assert held.case.answers["asked"]["rows"][0]["value"] == WORDS["answered"]
    them.reporters.append(held.pk)


def follows(them):
    """Their own request and their village, by e-mail and by text message, each confirmed; all their links."""
    rows = Subscription.objects.for_system("t", them.town)
    own = Reporter.objects.for_system("t", them.town).get(pk=them.reporters[0])
    private = f"/r/{own.case.number}/{link_code(own.pk)}/"
    area = {"grid": grid_named(them.town, "1").pk}
    for way, address in (("email", EMAIL), ("sms", PHONE)):
        for page, more in ((f"{private}watch/", {}), ("/watch/", area)):
            assert them.site.post(page, {"way": way, "address": address, **more}).status_code in {200, 303}
    while run_due(now=timezone.now()):
        pass
    for held in rows:
        assert them.site.post(f"/watch/{held.pk}/{watch_code(held.pk)}/", {"do": "confirm"}).status_code == 200
    them.secrets |= {watch_code(held.pk) for held in rows} | {link_code(pk) for pk in them.reporters}
    do(them.town, own.case, "finish", "handler", answer=WORDS["answer"])
    refused = smtplib.SMTPRecipientsRefused({EMAIL: (550, f"no mailbox for {NAME}".encode())})
    with mock.patch("django.core.mail.EmailMessage.send", side_effect=refused):
        while run_due(now=timezone.now()):  # a letter that nobody takes waits to be tried again
            pass


def speaks_for_neighbours(them):
    """Brought into the register of micro-grids by a file, beside a row that was refused; then no longer there."""
    admin = Client(headers={"host": "lx.test"})
    account = Account.objects.get(username="admin.lx")
    admin.force_login(account, backend="lianxin.people.backends.AccountBackend")
    head = "微网格编码,微网格名称,所属网格,户数,人口,代表账号,代表姓名,代表电话,称呼,楼栋门牌\n"
    rows = f",一单元,{grid_named(them.town, '1-1').code},15,40,,{NAME},{PHONE},,1 至 15 号\n"
    for at, body in enumerate((f"{head}{rows},二单元,没有,{NAME},{PHONE},,{NAME},{PHONE},,\n", head + rows)):
        file = SimpleUploadedFile(f"micros{at}.csv", body.encode())
        page = admin.post("/setup/import/", {"what": "micros", "file": file, "key": f"key-of-upload-{at}"})
        assert page.status_code == 303, page.content.decode()
    taken = admin.post(f"{page['Location']}take/", {})
    assert taken.status_code == 303, taken.content.decode()

"""The server dies under a phone: what was written on it comes to the town exactly once when the server is back.

A real server and its worker, killed with SIGKILL and begun again on the same data: before a letter is sent, while it is
being taken, and when it has been taken and not yet answered. The page is closed and opened again in between.
"""

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest

import pg
from durability.place import HERE, Place
from lianxin.ui import assets
from patience import SLOW, until
from walks.test_field_offline import HELD, finish, record, says
from walks.test_field_offline import sign_in as enter
from walks.test_offline import picture, received

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.once, pytest.mark.row("B1"), pytest.mark.row("B4")]


class Server:
    """A town that dies and comes back."""

    def __init__(self, folder):
        self.place = Place(folder, "", pg.free_port(), profile="demo")
        self.url, self.pid, self.closing = f"http://127.0.0.1:{self.place.port}", 0, ExitStack()
        self.spring = self.closing.enter_context(self.place.spring())

    def begin(self):
        self.pid = self.place.begin(self.spring)

    def die(self):
        self.place.end(self.spring, self.pid)

    def die_in(self, seconds):
        """Let another process kill it in a while; what is to be waited for."""
        return subprocess.Popen([sys.executable, str(HERE / "killer.py"), str(self.pid), str(seconds)])

    def died(self, killer):
        assert killer.wait(60) == 0
        assert self.spring.stdout.readline() == "ended\n"

    def found(self):
        """What lies in its town: see ground.py."""
        said = self.place.folder / "acknowledged.json"
        said.write_text(json.dumps({"cases": {}}))
        return json.loads(self.place.ground("look", str(said)))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    made = Server(tmp_path_factory.mktemp("restart"))
    with made.closing:
        yield made


@pytest.fixture
def phone(browser, server):
    context = browser.new_context(
        base_url=server.url, locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True,
        service_workers="block",
    )  # fmt: skip
    context.set_default_timeout(SLOW)
    thrown = []
    context.on("weberror", lambda fault: thrown.append(str(fault.error)))
    server.begin()
    yield context
    context.close()
    server.die()
    assert not thrown, thrown


def dies_unanswered(server, route):
    """The town has it; the phone never hears so."""
    assert route.fetch().status == 204
    server.die()
    route.abort()


def written(phone, words):
    page = phone.new_page()
    page.goto("/report/")
    page.fill("textarea[name=text]", words)
    page.set_input_files("input[type=file]", [picture()])
    page.wait_for_selector(".chosen img")
    return page


def comes_back(phone, server, page):
    """The page is gone before the server is back; another page, opened later, sends what waits."""
    says(page, "1 件还没发出")
    page.close()
    server.begin()
    page = phone.new_page()
    page.goto("/board/")
    says(page, "1 件已发出，请记下编号。")
    page.get_by_role("link", name="看编号").click()
    received(page)
    page.close()


def dies_while_taking(phone, server, words, seconds):
    """The town has it or it has not, and the page is closed before anybody knows."""
    page, dying = written(phone, words), []

    def race(route):
        dying.append(server.die_in(seconds))
        route.continue_()

    page.route("**/report/", race, times=1)
    page.locator(".thumb button").click()
    until(page, lambda: dying)
    server.died(dying[0])
    page.close()
    server.begin()
    page = phone.new_page()
    page.goto("/board/")
    until(page, lambda: page.evaluate(HELD)["letters"] == 0)
    page.close()


def test_each_request_comes_once_whenever_the_server_dies(phone, server):
    page = written(phone, "东头第一根路灯不亮")
    server.die()  # before it is sent
    page.locator(".thumb button").click()
    comes_back(phone, server, page)

    page = written(phone, "东头第二根路灯不亮")
    page.route("**/report/", lambda route: dies_unanswered(server, route), times=1)
    page.locator(".thumb button").click()
    comes_back(phone, server, page)

    dies_while_taking(phone, server, "东头第三根路灯不亮", 0.0)
    dies_while_taking(phone, server, "东头第四根路灯不亮", 0.03)

    found = server.found()
    assert found["wrong"] == []
    assert sorted(found["texts"]) == sorted(f"东头第{n}根路灯不亮" for n in "一二三四")
    assert found["photos"] == 4


def test_a_grid_worker_s_acts_come_once_and_in_order_though_the_server_died(phone, server):
    number = json.loads(server.place.ground("hand"))["number"]
    page = phone.new_page()
    enter(page, "worker")
    page.goto(f"/field/cases/{number}/")
    page.route("**/act", lambda route: dies_unanswered(server, route), times=1)
    record(page, "水从管井来，已关阀", photo=True)
    says(page, "1 件还没发出")
    finish(page, "管井接头已换，不漏了。")
    says(page, "2 件还没发出")
    before = server.found()["acts"][number]
    assert before[-1] == "record"
    page.close()
    server.begin()
    page = phone.new_page()
    page.goto("/field/")
    until(page, lambda: page.evaluate(HELD)["letters"] == 0)
    found = server.found()
    assert found["wrong"] == []
    assert found["acts"][number] == [*before, "finish"]

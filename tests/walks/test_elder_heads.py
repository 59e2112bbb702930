"""In the largest type the head of a page still holds: nothing touches, and what matters stays in sight."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.row("J")]

ROOM = """() => {
  const words = (selector) => { const range = document.createRange(); range.selectNodeContents(document.querySelector(selector)); return range.getBoundingClientRect(); };
  const name = words('.top .brand'), link = words('.top-end a');
  return { apart: Math.max(link.left - name.right, link.top - name.bottom), end: Math.max(name.right, link.right) };
}"""


@pytest.fixture
def sized(phone, live_server):
    """The phone in a size of type, in a language."""

    def choose(size, language="zh-hans"):
        chosen = {"lx_size": size, "django_language": language}
        phone.context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in chosen.items()])
        return phone

    return choose


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["", "Lianxinzhen"])
def test_the_name_and_the_link_of_the_head_do_not_touch(name, language, town, sized, go, shot):
    if name:
        town.name = town.name_en = name
        town.save()
    for size in ("elder", "largest"):
        page = sized(size, language)
        go(page, "/report/")
        room = page.evaluate(ROOM)
        shot(page, f"head-{size}-{language}-{name or 'town'}-360")
        assert room["apart"] >= 4, room
        assert room["end"] <= 360, room
        assert page.evaluate("document.documentElement.scrollWidth") == 360

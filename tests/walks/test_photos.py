"""Photos on a phone: made small before they are sent, upright, and where they were taken only for whoever says yes."""

import io

import pytest
from django.utils import timezone
from PIL import Image, ImageOps

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case, Photo
from lianxin.cases.values import Contact, Draft
from lianxin.forms.models import Cover
from lianxin.forms.photos import path_of, store
from lianxin.people.actors import nobody
from lianxin.ui import assets

pytestmark = [pytest.mark.browser, pytest.mark.row("B1")]

MOST_BYTES, MOST_SECONDS = 400 * 1024, 2.0
TIMED = """() => {
  const list = document.querySelector("[data-chosen]"), held = list.children.length;
  document.querySelector("input[type=file]").addEventListener("change", () => { window.begun = performance.now(); }, { capture: true, once: true });
  new MutationObserver((_, eye) => {
    if (list.children.length > held) { window.took = (performance.now() - window.begun) / 1000; eye.disconnect(); }
  }).observe(list, { childList: true });
}"""


def photo(size=(640, 480), *, turned=1, at=None, quality=85, noise=False, name="IMG_1.jpg"):
    image = Image.new("RGB", size, "grey")
    if noise:
        tile = (size[0] // 4, size[1] // 4)
        part = Image.merge("RGB", [Image.effect_noise(tile, deep) for deep in (50, 44, 47)])
        for n in range(16):
            image.paste(part, (n % 4 * tile[0], n // 4 * tile[1]))
        image = Image.blend(image, Image.linear_gradient("L").resize(size).convert("RGB"), 0.45)
    exif = Image.Exif()
    exif[0x0112] = turned
    if at:
        lon, lat = at
        parts = lambda value: (float(int(value)), float(int(value % 1 * 60)), round(value * 60 % 1 * 60, 4))  # noqa: E731
        exif.get_ifd(0x8825).update({1: "N", 2: parts(lat), 3: "E", 4: parts(lon)})
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def report(town, phone, go):
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    go(phone, "/report/")
    phone.wait_for_selector("html.js")
    return phone


QUARTERS = {"red": (200, 30, 30), "green": (30, 160, 30), "blue": (30, 30, 200), "white": (240, 240, 240)}
# A browser that does not heed which way up a photo is: today's shows pictures whose head no longer says so.
OLD = """(() => {
  delete window.createImageBitmap;  // iOS 13 has none; Chrome 80 has one that leaves photos as they lie
  const blobs = new Map(), name = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => { const url = name(blob); blobs.set(url, blob); return url; };
  const { set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  const heads = [[1, 0x12, 0, 3, 0, 0, 0, 1, 0], [0x12, 1, 3, 0, 1, 0, 0, 0]];  // orientation, in either order of bytes
  window.Image = function () {
    const image = document.createElement("img");
    Object.defineProperty(image, "src", { async set(url) {
      const blob = blobs.get(url) || new Blob([Uint8Array.from(atob(url.split(",")[1]), (each) => each.charCodeAt(0))]);
      const bytes = new Uint8Array(await blob.arrayBuffer());
      for (let at = 0; at < 400; at += 1) for (const head of heads) if (head.every((each, n) => bytes[at + n] === each)) bytes[at + head.length] = 1;
      set.call(image, name(new Blob([bytes], { type: "image/jpeg" })));
    } });
    return image;
  };
})()"""
SEEN = """() => Array.from(document.querySelectorAll(".chosen img")).map((image) => {
  const [w, h] = [image.naturalWidth, image.naturalHeight], canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [w, h];
  const ink = canvas.getContext("2d");
  ink.drawImage(image, 0, 0);
  return [[w, h], [[1, 1], [3, 1], [1, 3], [3, 3]].map(([x, y]) => Array.from(ink.getImageData(w * x / 4, h * y / 4, 1, 1).data.slice(0, 3)))];
})"""


def quartered(size, turned):
    """A photo of four colours as a camera held some way writes it, and how it looks upright: its size, its quarters."""
    image, (wide, high) = Image.new("RGB", size), size
    for n, colour in enumerate(QUARTERS.values()):
        image.paste(colour, (n % 2 * wide // 2, n // 2 * high // 2, (n % 2 + 1) * wide // 2, (n // 2 + 1) * high // 2))
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = turned
    image.save(out, "JPEG", exif=exif)
    upright = ImageOps.exif_transpose(Image.open(out))
    w, h = upright.size
    seen = [named(upright.getpixel((w * x // 4, h * y // 4))) for x, y in ((1, 1), (3, 1), (1, 3), (3, 3))]
    return {"name": f"{turned}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}, ([w, h], seen)


def named(colour):
    return min(QUARTERS, key=lambda name: sum(abs(a - b) for a, b in zip(QUARTERS[name], colour, strict=True)))


MADE = [quartered((640, 480), turned) for turned in range(2, 9)] + [quartered((480, 480), turned) for turned in (6, 8)]


# One report each: what is left in a form comes back as a draft when its page is opened again.
@pytest.mark.parametrize("some", [MADE[:3], MADE[3:6], MADE[6:]], ids=["2-to-4", "5-to-7", "8-and-squares"])
@pytest.mark.parametrize("old", [False, True], ids=["today", "before-chrome-81"])
def test_a_photo_comes_out_upright_however_the_camera_was_held(phone, town, go, old, some):
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    if old:
        phone.add_init_script(OLD)
    go(phone, "/report/")
    phone.wait_for_selector("html.js")
    choose(phone, *(each for each, _upright in some))
    phone.wait_for_function("() => Array.from(document.querySelectorAll('.chosen img')).every((each) => each.naturalWidth)")
    seen = [(size, [named(each) for each in quarters]) for size, quarters in phone.evaluate(SEEN)]
    assert seen == [upright for _photo, upright in some]


def choose(page, *photos):
    page.set_input_files("input[type=file]", list(photos))
    page.wait_for_function("n => document.querySelectorAll('.chosen li').length === n", arg=len(photos))


def test_a_photo_of_nine_megabytes_is_small_within_two_seconds_on_a_slow_phone(report, town, tmp_path):
    big = tmp_path / "IMG_9.jpg"
    big.write_bytes(photo((4000, 3000), quality=95, noise=True)["buffer"])
    assert big.stat().st_size > 9_000_000
    wire = report.context.new_cdp_session(report)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    taken = []
    for n in range(5):  # the machine may be busy with something else
        report.evaluate(TIMED)
        report.set_input_files("input[type=file]", big)
        report.wait_for_function("n => document.querySelectorAll('.chosen li').length === n", arg=n + 1)
        taken.append(report.evaluate("window.took"))
        if taken[-1] <= MOST_SECONDS:
            break
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    told = report.locator(".chosen .size").first.inner_text()
    print(f"9 MB made small in {min(taken):.2f} s, {told}")
    assert int(told.split()[0]) * 1024 <= MOST_BYTES
    assert min(taken) <= MOST_SECONDS


SLOW_TO_SHRINK = """HTMLCanvasElement.prototype.toBlob = ((make) => function (...given) {
  window.goOn = () => make.apply(this, given);
})(HTMLCanvasElement.prototype.toBlob)"""


def test_a_photo_that_is_still_being_made_small_goes_along(phone, town, go):
    phone.add_init_script(SLOW_TO_SHRINK)
    go(phone, "/report/")
    phone.fill("textarea[name=text]", "路边的树倒了，挡住了半边路")
    phone.set_input_files("input[type=file]", [photo()])
    phone.wait_for_function("() => window.goOn")
    phone.locator(".thumb button").click()
    phone.evaluate("goOn()")
    phone.wait_for_url("**/sent/")
    assert Photo.objects.for_system("walk", town).filter(case_id=Case.objects.for_system("walk", town).get().pk).count() == 1


def test_where_a_photo_was_taken_is_read_only_after_a_yes(report, town, axe_clean, shot):
    here = photo(at=(117.0152, 34.6051))
    choose(report, here)
    line = report.locator("[data-photo-place]")
    line.wait_for()
    shot(report, "photo-place-360")
    axe_clean(report)
    assert report.input_value("input[name=lon]") == ""
    line.get_by_role("button", name="用它").click()
    assert abs(float(report.input_value("input[name=lon]")) - 117.0152) < 0.00001
    assert abs(float(report.input_value("input[name=lat]")) - 34.6051) < 0.00001
    assert report.input_value("input[name=source]") == "photo"
    report.wait_for_selector(".found")
    assert "1村2格" in report.locator(".found").inner_text()
    assert line.is_hidden()
    report.fill("textarea[name=text]", "路边的树倒了，挡住了半边路")
    report.locator(".thumb button").click()
    report.wait_for_url("**/sent/")
    case = Case.objects.for_system("walk", town).get()
    assert case.grid.name == "1村2格"
    kept = Photo.objects.for_system("walk", town).select_related("file").get(case_id=case.pk)
    with Image.open(path_of(town.pk, kept.file.digest)) as image:
        assert not image.getexif()


def test_a_no_leaves_the_place_alone_and_is_not_asked_again(report, town):
    sent = []
    report.on("request", lambda asked: sent.append(asked.post_data or ""))
    choose(report, photo(at=(117.0152, 34.6051)))
    report.locator("[data-photo-place] button", has_text="不用").click()
    assert report.input_value("input[name=lon]") == ""
    report.set_input_files("input[type=file]", [photo(at=(117.0052, 34.6051), name="2.jpg")])
    report.wait_for_function("() => document.querySelectorAll('.chosen li').length === 2")
    assert report.locator("[data-photo-place]").is_hidden()
    report.fill("textarea[name=text]", "路边的树倒了，挡住了半边路")
    report.locator(".thumb button").click()
    report.wait_for_url("**/sent/")
    assert Case.objects.for_system("walk", town).get().lon is None
    assert not [body for body in sent if "117.0" in body]


def test_a_photo_without_a_place_asks_nothing_and_one_held_upright_stays_upright(report):
    choose(report, photo((800, 600), turned=6), photo((800, 600), name="2.jpg"))
    assert report.locator("[data-photo-place]").is_hidden()
    sizes = report.evaluate("() => Array.from(document.querySelectorAll('.chosen img'), (one) => [one.naturalWidth, one.naturalHeight])")
    assert sizes == [[600, 800], [800, 600]]


@pytest.mark.row("B7")
def test_a_clerk_draws_over_a_face_or_chooses_cells_by_key(town, desk_page, go, sign_in, axe_clean, shot):
    kept = store(photo((800, 600), noise=True)["buffer"], town=town)
    draft = Draft(kind="request", title="路灯不亮", text="路灯不亮", contact=Contact("王某", "", True), photos=[kept])
    case = open_case(draft, actor=nobody(town), now=timezone.now()).case
    row = Photo.objects.for_system("walk", town).get(case_id=case.pk)
    sign_in(desk_page, "clerk")
    go(desk_page, f"/desk/publish/{case.number}/photos/{row.pk}/")
    box = desk_page.locator(".cover-cells").bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    for begin, end in (((0.1, 0.1), (0.3, 0.4)), ((0.5, 0.5), (0.7, 0.6))):
        desk_page.mouse.move(*at(*begin))
        desk_page.mouse.down()
        desk_page.mouse.move(*at(*end), steps=4)
        desk_page.mouse.up()
    assert desk_page.locator("input[name=area]").count() == 2
    assert desk_page.locator("input[name=cell]:checked").count() == 0  # a stroke is no tap
    desk_page.get_by_role("button", name="去掉第 2 处").press("Enter")
    desk_page.locator("#cell-47").press("Space")
    shot(desk_page, "cover-1440")
    axe_clean(desk_page)
    desk_page.get_by_role("button", name="做遮挡").click()
    desk_page.wait_for_selector(".cover-copy")
    made = Cover.objects.for_system("walk", town).get()
    assert len(made.areas) == 2
    drawn = next(area for area in made.areas if area[0] < 200)
    assert all(abs(one - other) <= 15 for one, other in zip(drawn, (100, 100, 200, 300), strict=True))
    assert [875, 833, 125, 167] in made.areas
    axe_clean(desk_page)

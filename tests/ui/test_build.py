"""The front end's build, and how pages find what it made."""

import json
import os
import re

import pytest

from lianxin.ui import apps, assets, build


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A small front end with what was built from it."""
    front, static = tmp_path / "frontend", tmp_path / "static"
    (front / "src").mkdir(parents=True)
    (front / "src" / "a.ts").write_text("1")
    static.mkdir()
    (static / "manifest.json").write_text("{}")
    monkeypatch.setattr(build, "FRONTEND", front)
    monkeypatch.setattr(build, "MANIFEST", static / "manifest.json")
    monkeypatch.setattr(build, "DIGEST", static / ".digest")
    (static / ".digest").write_text(build.digest_of(front))
    return front


def test_what_has_not_changed_is_not_built_again(sources, monkeypatch):
    monkeypatch.setattr(build, "build", lambda: pytest.fail("built"))
    assert build.main(["--if-stale"]) == 0


@pytest.mark.parametrize("change", ["content", "name", "new", "gone"])
def test_any_change_of_the_sources_is_seen(sources, change):
    file = sources / "src" / "a.ts"
    assert build.is_fresh()
    match change:
        case "content":
            file.write_text("2")
        case "name":
            file.rename(sources / "src" / "b.ts")
        case "new":
            (sources / "src" / "c.ts").write_text("")
        case "gone":
            file.unlink()
    assert not build.is_fresh()


def test_fetched_packages_are_no_sources(sources):
    (sources / "node_modules" / "x").mkdir(parents=True)
    (sources / "node_modules" / "x" / "i.js").write_text("1")
    assert build.is_fresh()


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("v20.19.0", True),
        ("v20.18.9", False),
        ("v21.9.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("v9.9.9", False),
        ("", False),
    ],
)
def test_only_a_node_that_can_build_is_used(version, good):
    assert build.recent_enough(version) is good


def test_what_is_missing_is_said_in_a_sentence(sources, monkeypatch, capsys):
    monkeypatch.setattr(build, "_system_node", lambda: None)
    monkeypatch.setattr(build, "_wheel_root", lambda: None)
    monkeypatch.setattr(build.subprocess, "run", lambda *_a, **_k: type("Done", (), {"returncode": 1})())
    assert build.main([]) == 1
    assert "install Node" in capsys.readouterr().err


def test_an_asset_is_found_by_its_plain_name(tmp_path, monkeypatch):
    manifest = tmp_path / "manifest.json"
    monkeypatch.setattr(assets, "MANIFEST", manifest)
    assert assets.asset("public.js").endswith("/ui/made/public.js")
    manifest.write_text(json.dumps({"src/public.ts": {"file": "public-1.js"}, "css/staff.css": {"file": "s-1.css"}}))
    assert assets.asset("public.js").endswith("/ui/made/public-1.js")
    assert assets.asset("staff.css").endswith("/ui/made/s-1.css")
    assert assets.asset("mark.svg").endswith("/ui/made/mark.svg")
    manifest.write_text(json.dumps({"src/public.ts": {"file": "public-2.js"}}))
    os.utime(manifest, ns=(1, 1))
    assert assets.asset("public.js").endswith("/ui/made/public-2.js")


def test_a_missing_build_is_warned_of(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "none.json")
    assert [warning.id for warning in apps.front_end_is_built()] == ["ui.W001"]


def test_the_lock_file_names_no_registry():
    lock = json.loads((build.FRONTEND / "package-lock.json").read_text("utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert not [name for name, package in lock["packages"].items() if package.get("hasInstallScript")]


def test_pages_of_residents_stay_small():
    import gzip

    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    manifest = json.loads(assets.MANIFEST.read_text("utf-8"))

    def weight(key: str, seen: set[str]) -> int:
        if key in seen:
            return 0
        seen.add(key)
        entry = manifest[key]
        here = len(gzip.compress((assets.STATIC / entry["file"]).read_bytes(), mtime=0))
        return here + sum(weight(other, seen) for other in entry.get("imports", ()))

    assert weight("src/public.ts", set()) <= 60 * 1024
    assert weight("src/field.ts", set()) <= 60 * 1024
    assert weight("css/public.css", set()) <= 25 * 1024
    worker = len(gzip.compress(assets.WORKER.read_bytes(), mtime=0))
    assert weight("src/public.ts", set()) + worker <= 60 * 1024  # with the service worker too


def test_what_is_built_runs_in_old_browsers():
    """es2019: no `?.`, no `??`, no private fields; and a worker is one plain script."""
    import re

    if not assets.WORKER.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    for file in (assets.WORKER, *assets.STATIC.glob("public-*.js")):
        text = file.read_text("utf-8")
        assert not re.search(r"[\w)\]]\?\.[a-zA-Z_$(\[]|\?\?=?[^?]|this\.#", text), file.name
    assert not re.search(r"^\s*(import|export)\b", assets.WORKER.read_text("utf-8"), re.M)


def test_the_worker_keeps_the_build_it_came_with(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(assets, "WORKER", tmp_path / "sw.js")
    assert assets.worker_script("/form/") is None
    (tmp_path / "sw.js").write_text("run()")
    made = {"src/public.ts": {"file": "public-1.js", "imports": ["_dom.js"], "dynamicImports": ["src/leaflet-map.ts"]},
            "_dom.js": {"file": "dom-1.js"}, "css/public.css": {"file": "sheet-1.css"},
            "src/desk.ts": {"file": "desk-1.js"}, "src/leaflet-map.ts": {"file": "leaflet-1.js"}}  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(made))
    first = assets.worker_script("/form/")
    assert first.endswith("run()")
    told = json.loads(first.splitlines()[0].removeprefix("self.LIANXIN = ").removesuffix(";"))
    assert told["form"] == "/form/"
    kept = [file.rpartition("/")[2] for file in told["files"]]
    assert kept == ["dom-1.js", "mark.svg", "public-1.js", "sheet-1.css"]  # neither staff's nor the map's
    made["src/public.ts"]["file"] = "public-2.js"
    (tmp_path / "manifest.json").write_text(json.dumps(made))
    os.utime(tmp_path / "manifest.json", ns=(1, 1))
    second = json.loads(
        assets.worker_script("/form/").splitlines()[0].removeprefix("self.LIANXIN = ").removesuffix(";")
    )
    assert second["version"] != told["version"]


def test_no_script_opens_a_pop_up():
    """适老化: what has to be asked is asked on the page."""
    asking = re.compile(r"(?<![\w.])(?:window\.|self\.)?(?:confirm|alert|prompt)\(|showModal|window\.open\(")
    found = [path.name for path in (build.FRONTEND / "src").glob("*.ts") if asking.search(path.read_text())]
    assert found == []
    assert asking.search("if (!window.confirm(words)) return;")


def test_nothing_built_can_evaluate_text():
    import re

    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    for file in assets.STATIC.glob("*.js"):
        assert not re.search(r"(?<![\w.])eval\(", file.read_text("utf-8")), file.name


@pytest.mark.django_db  # where there is none, the page that says so knows the town
@pytest.mark.parametrize("name", ["../views.py", "views.py", "manifest.json", ".digest", "none.css", "..%2Fviews.py"])
def test_only_what_was_built_for_pages_is_sent(client, name):
    assert client.get(f"/ui/made/{name}").status_code == 404


def test_a_browser_that_looks_for_an_icon_by_itself_finds_the_mark(client):
    from io import BytesIO

    from PIL import Image

    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    answer = client.get(f"/{assets.ICON}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/x-icon")
    assert len(answer.content) < 5_000
    assert Image.open(BytesIO(answer.content)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_built_files_come_packed_to_whoever_reads_packed(client):
    import gzip

    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    address = assets.asset("public.css")
    plain, packed = client.get(address), client.get(address, headers={"accept-encoding": "gzip, br"})
    assert gzip.decompress(packed.content) == plain.content == (assets.STATIC / address.rpartition("/")[2]).read_bytes()
    assert len(packed.content) < len(plain.content) / 3
    assert "immutable" in packed["Cache-Control"]
    assert "Accept-Encoding" in packed["Vary"]
    assert packed["Content-Type"].startswith("text/css")

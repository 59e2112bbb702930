"""The picture under a map: none unless a key is set; then the policy names just its hosts, and GCJ-02 is undone."""

import json
import math
import shutil
import subprocess
from pathlib import Path

import pytest

from lianxin.places.datum import from_wgs84
from lianxin.town.config import BadSettings, read
from lianxin.ui.middleware import POLICY, policy
from lianxin.ui.tiles import base_map

FRONTEND = Path(__file__).parents[2] / "frontend"
KEY = "0123456789abcdef0123456789abcdef"


def pictures(text):
    """What the policy lets pictures come from."""
    return next(part for part in text.split("; ") if part.startswith("img-src")).split()[1:]


def test_without_a_key_no_picture_comes_from_elsewhere():
    assert base_map() is None
    assert policy() == POLICY
    assert pictures(policy()) == ["'self'", "data:", "blob:"]


@pytest.mark.parametrize(
    ("name", "hosts", "shifted"),
    [
        ("LIANXIN_TIANDITU_KEY", [f"https://t{at}.tianditu.gov.cn" for at in range(8)], False),
        ("LIANXIN_AMAP_KEY", [f"https://webrd0{at}.is.autonavi.com" for at in range(1, 5)], True),
    ],
)
def test_a_key_opens_the_policy_for_just_its_hosts(settings, name, hosts, shifted):
    setattr(settings, name, KEY)
    base = base_map()
    assert base.shifted == shifted
    assert all(KEY in layer and "{z}" in layer and "{x}" in layer and "{y}" in layer for layer in base.layers)
    assert pictures(policy()) == ["'self'", "data:", "blob:", *hosts]
    assert policy().replace(" " + " ".join(hosts), "") == POLICY


def test_the_one_without_a_shift_goes_first(settings):
    settings.LIANXIN_TIANDITU_KEY = settings.LIANXIN_AMAP_KEY = KEY
    assert not base_map().shifted


@pytest.mark.parametrize("key", ["short", "x" * 65, KEY + '"', KEY + "&a="])
def test_a_key_that_could_be_something_else_is_refused(key):
    for name in ("LIANXIN_TIANDITU_KEY", "LIANXIN_AMAP_KEY"):
        with pytest.raises(BadSettings, match=name):
            read({name: key})


@pytest.mark.skipif(not (shutil.which("node") and (FRONTEND / "node_modules/typescript").is_dir()), reason="no Node here")
def test_the_browser_shifts_as_the_server_does():
    places = [(lon + 0.317, lat + 0.273) for lon in range(75, 134, 3) for lat in range(5, 53, 3)] + [(0.0, 51.5), (140.0, 35.0)]
    code = (
        "const ts=require('typescript'),fs=require('fs');const m={exports:{}};"
        "const js=ts.transpileModule(fs.readFileSync('src/gcj.ts','utf8'),{compilerOptions:{module:'commonjs',target:'es2019'}});"
        "new Function('exports',js.outputText)(m.exports);"
        "console.log(JSON.stringify(JSON.parse(process.argv[1]).map(([x,y])=>m.exports.toGcj(x,y))));"
    )
    done = subprocess.run(["node", "-e", code, json.dumps(places)], cwd=FRONTEND, capture_output=True, text=True, check=True)
    for (lon, lat), (east, north) in zip(places, json.loads(done.stdout), strict=True):
        there = from_wgs84(lon, lat, "gcj02")
        metres = math.hypot((east - there[0]) * math.cos(math.radians(lat)), north - there[1]) * 111_320
        assert metres < 0.05, (lon, lat, metres)

"""Files in and out by program: looked at with every fault by its row, taken in once, and out again as they came in."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.jobs.queue import run_due
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.places.models import Grid
from lianxin.town.imports import uploads
from lianxin.town.models import Upload
from towns import square

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]


@pytest.fixture
def admin(token, settings, tmp_path):
    settings.LIANXIN_UPLOADS = tmp_path / "uploads"
    return token("admin")


def micro(town, serial=1, **more):
    drawn = square(117.02 + 0.001 * (serial - 1), 34.6, 0.001)
    facts = {"code": f"{town.code}202001{serial:03d}", "name": f"微网格{serial}", **more}
    return {"type": "Feature", "properties": facts, "geometry": drawn}


def geojson(*features, name="网格.geojson"):
    made = io.BytesIO(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode())
    made.name = name
    return made


def send(caller, file, status=201, what="grids", **more):
    return caller("POST", "/setup/imports", {"what": what}, files={"file": file}, status=status, **more).json_body


def micros(town):
    return Grid.objects.for_system("t", town).filter(level="micro")


def test_a_file_is_looked_at_and_taken_in_once(town, admin):
    told = send(admin, geojson(micro(town, 1), micro(town, 2)), key="import-key-1")
    assert (told["state"], told["grave"], told["counts"]["added"], len(told["added"])) == ("looked", 0, 2, 2)
    assert micros(town).count() == 0
    again = send(admin, geojson(micro(town, 1), micro(town, 2)), status=200, key="import-key-1")
    assert again == told
    assert admin("GET", "/setup/imports", status=200).json_body["rows"] == [told]
    done = admin("POST", f"/setup/imports/{told['id']}/take", {}, status=201).json_body
    assert (done["state"], done["counts"]["added"], micros(town).count()) == ("done", 2, 2)
    assert admin("POST", f"/setup/imports/{told['id']}/take", {}, status=200).json_body == done
    assert admin("GET", f"/setup/imports/{told['id']}", status=200).json_body == done
    assert list(verify(town)) == []


def test_faults_are_told_by_row_and_such_a_file_is_not_taken_in(town, admin):
    wrong = micro(town, 2)
    wrong["properties"]["code"] = "x"
    told = send(admin, geojson(micro(town, 1), wrong))
    assert told["grave"] == 1
    assert [fault["row"] for fault in told["first"] if fault["grave"]] == [2]
    assert admin("POST", f"/setup/imports/{told['id']}/take", {}, status=409).json_body["code"] == "stale"
    table = admin.client.get(f"/api/v1/setup/imports/{told['id']}/faults", headers=admin.headers, HTTP_HOST="lx.test")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert len(b"".join(table.streaming_content).decode("utf-8-sig").splitlines()) == 1 + told["faults"]
    admin("DELETE", f"/setup/imports/{told['id']}", status=200)
    admin("GET", f"/setup/imports/{told['id']}", status=404)
    assert micros(town).count() == 0
    paper = io.BytesIO(b"%PDF-1.4")
    paper.name = "x.xlsx"
    assert send(admin, paper)["state"] == "unreadable"


def test_a_large_file_is_the_workers(town, admin, monkeypatch):
    monkeypatch.setattr(uploads, "LONG_BYTES", 10)
    monkeypatch.setattr(uploads, "LONG_ROWS", 0)
    told = send(admin, geojson(micro(town, 1)))
    assert (told["state"], told["counts"]) == ("waiting", {})
    run_due(now=timezone.now() + timedelta(seconds=1))
    assert admin("GET", f"/setup/imports/{told['id']}").json_body["state"] == "looked"
    assert admin("POST", f"/setup/imports/{told['id']}/take", {}, status=201).json_body["state"] == "taking"
    run_due(now=timezone.now() + timedelta(seconds=1))
    assert admin("GET", f"/setup/imports/{told['id']}").json_body["state"] == "done"
    assert micros(town).count() == 1


def test_what_is_wrong_with_the_sending_is_told(town, admin, token):
    assert set(send(admin, geojson(), what="songs", status=422)["faults"]) == {"what"}
    told = admin("POST", "/setup/imports", {"what": "grids", "datum": "mars"}, files={}, status=422).json_body
    assert set(told["faults"]) == {"file", "datum"}
    assert admin("POST", "/setup/imports", {"what": "grids"}, status=415).json_body["code"] == "unsupported_media"
    security = token("security")
    assert set(send(security, geojson(), status=422)["faults"]) == {"what"}
    assert token("clerk")("GET", "/setup/imports", status=403).json_body["code"] == "may_not"
    mine = send(admin, geojson(micro(town, 1)))
    for method, end in (("GET", ""), ("POST", "/take"), ("DELETE", ""), ("GET", "/faults")):
        security(method, f"/setup/imports/{mine['id']}{end}", status=404)
    assert Upload.objects.for_system("t", town).count() == 1


def take_out(caller, key, **body):
    sent = {**caller.headers, "Idempotency-Key": key}
    return caller.client.post("/api/v1/setup/exports", json.dumps(body), content_type="application/json", headers=sent, HTTP_HOST="lx.test")


def test_a_table_goes_out_with_one_entry_and_comes_in_again_changing_nothing(town, admin):
    Grid.objects.for_system("t", town).update(area_m2=1.0)  # those of the tests were never measured
    out = take_out(admin, "export-key-1", what="grids", form="geojson")
    assert (out.status_code, out.headers["Content-Type"]) == (200, "application/octet-stream")
    take_out(admin, "export-key-1", what="grids", form="geojson")
    assert Entry.objects.for_system("t", town).filter(subject_kind="export").count() == 1
    back = io.BytesIO(out.content)
    back.name = "grids.geojson"
    told = send(admin, back)
    assert (told["grave"], told["counts"]["added"], told["counts"]["changed"]) == (0, 0, 0)
    shape = take_out(admin, "export-key-2", what="grids", form="shp")
    assert any(name.endswith(".shp") for name in zipfile.ZipFile(io.BytesIO(shape.content)).namelist())


def test_telephones_go_out_for_a_reason_and_tables_to_those_who_keep_them(town, admin, token):
    assert set(take_out(admin, "export-key-3", what="people", form="csv", personal=True).json()["faults"]) == {"reason"}
    assert take_out(admin, "export-key-4", what="people", form="csv", personal=True, reason="核对").status_code == 200
    assert set(take_out(admin, "export-key-5", what="people", form="geojson").json()["faults"]) == {"form"}
    assert set(take_out(admin, "export-key-6", what="songs", form="csv").json()["faults"]) == {"what"}
    assert take_out(token("security"), "export-key-7", what="grids", form="csv").status_code == 403
    assert take_out(token("clerk"), "export-key-8", what="people", form="csv").status_code == 403


def test_a_file_that_was_taken_in_is_taken_back_once_as_was_read(town, admin):
    sent = send(admin, geojson(micro(town, 1), {**micro(town, 2), "properties": {"code": f"{town.code}202001", "name": "改名"}, "geometry": None}))
    admin("POST", f"/setup/imports/{sent['id']}/take", {}, status=201)
    (row,) = admin("GET", "/setup/imported", status=200).json_body["rows"]
    assert (row["what"], row["name"], row["counts"], row["backs"]) == ("grids", "网格.geojson", {"added": 1, "changed": 1, "same": 0}, [])
    address = f"/setup/imported/{row['id']}"
    told = admin("GET", address, status=200).json_body
    assert told["going"] == {"back": 1, "gone": 1}
    assert {(step["going"], step["title"].split()[1]) for step in told["steps"]} == {("back", "改名"), ("gone", "微网格1")}
    assert told["steps"][0]["fields"] == [{"label": "名称", "stands": "改名", "was": "2村1格"}]
    body = {"seen": told["seen"], "reason": "拿错了文件"}
    assert admin("POST", f"{address}/back", {**body, "seen": "0" * 24}, status=409).json_body["code"] == "stale"
    assert set(admin("POST", f"{address}/back", {**body, "reason": " "}, status=422).json_body["faults"]) == {"reason"}
    assert micros(town).count() == 1
    done = admin("POST", f"{address}/back", body, status=201, key="back-key-1").json_body
    assert (done["going"], [each["reason"] for each in done["backs"]], micros(town).count()) == ({"same": 1}, ["拿错了文件"], 0)
    assert admin("POST", f"{address}/back", body, status=200, key="back-key-1").json_body == done
    assert admin("POST", f"{address}/back", body, status=409, key="back-key-2").json_body["code"] == "stale"
    assert list(verify(town)) == []


def test_a_file_nobody_took_in_cannot_be_taken_back(town, admin):
    assert admin("GET", "/setup/imported", status=200).json_body == {"rows": [], "next": ""}
    for named in ("1", "x", "9" * 30):
        assert admin("GET", f"/setup/imported/{named}", status=404).json_body["code"] == "not_found"

"""The lights go out: `kill -9` at random moments, through the real server and worker, on both databases.

A killer of its own ends the server and its worker with everything below them; clients go on resending under the same
keys until they are answered. What was acknowledged must be there afterwards, whole and once. `LIANXIN_KILLS` sets how often,
on each database. Every tenth start is one from nothing.
"""

import http.client
import io
import json
import os
import random
import threading
import time

import pytest
from PIL import Image

import pg
from durability.place import Place

KILLS = int(os.environ.get("LIANXIN_KILLS", "50"))
CLIENTS = 3

pytestmark = [pytest.mark.slow, pytest.mark.row("J")]


class Client(threading.Thread):
    """Sends cases, some with photos, and acts on them; resends under the same key until it is answered."""

    def __init__(self, place, name, stop):
        super().__init__(daemon=True)
        self.place, self.name_, self.stop = place, name, stop
        self.random = random.Random(name)
        self.known: dict[str, dict] = {}
        self.faults: list[str] = []

    def run(self):
        at = 0
        while not self.stop.is_set():
            at += 1
            self.one(f"{self.name_}-{at}", photo=at % 4 == 1)

    def one(self, key, *, photo):
        text = f"第{key}号路灯不亮，晚上看不见路"
        kept = self.until_answered("POST", "/api/v1/photos", self.picture(), key + "-photo") if photo else None
        body = {"text": text, "channel": "phone", "photos": [kept["token"]] if kept else []}
        made = self.until_answered("POST", "/api/v1/cases", body, key + "-open")
        if made is None:
            return
        told = self.known[made["number"]] = {"text": text, "photo": kept["digest"] if kept else ""}
        act = {"act": "accept", "version": made["version"], "given": {}}
        if self.until_answered("POST", f"/api/v1/cases/{made['number']}/transitions", act, key + "-accept"):
            told["accepted"] = True

    def picture(self):
        out = io.BytesIO()
        Image.new("RGB", (320, 240), tuple(self.random.randrange(256) for _ in range(3))).save(out, "JPEG")
        return out.getvalue()

    def until_answered(self, method, path, body, key):
        while not self.stop.is_set():
            try:
                status, answer = self.send(method, path, body, key)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)
                continue
            if status in (200, 201):
                return answer
            if status < 500:
                self.faults.append(f"{path} {status} {answer}")
                return None
            time.sleep(0.05)
        return None

    def send(self, method, path, body, key):
        connection = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.place.token}", "Idempotency-Key": key, "Accept-Language": "en"}
        if isinstance(body, bytes):
            edge = "edge"
            head = f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
            payload = head.encode() + body + f"\r\n--{edge}--\r\n".encode()
            headers["Content-Type"] = f"multipart/form-data; boundary={edge}"
        else:
            payload, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


def walk(place, seed):
    draw, stop = random.Random(seed), threading.Event()
    clients = [Client(place, f"{seed}{at}", stop) for at in range(CLIENTS)]
    for client in clients:
        client.start()
    with place.spring() as spring:
        for at in range(KILLS):
            seconds = draw.uniform(0.05, 0.7)  # a case and what follows it take a few hundredths
            place.spring_until_killed(spring, seconds) if at % 10 else place.run_until_killed(seconds)
    stop.set()
    for client in clients:
        client.join(30)
    acknowledged = {number: told for client in clients for number, told in client.known.items()}
    (place.folder / "acknowledged.json").write_text(json.dumps({"cases": acknowledged}))
    found = json.loads(place.ground("look", str(place.folder / "acknowledged.json")))
    print(f"{KILLS} kills, {len(acknowledged)} acknowledged, {found['cases']} there, {found['jobs_left']} jobs left")
    assert [fault for client in clients for fault in client.faults] == []
    assert found["wrong"] == []
    assert len(acknowledged) >= KILLS
    assert found["jobs_left"] == 0


def test_nothing_acknowledged_is_lost_on_sqlite(tmp_path):
    walk(Place(tmp_path, "", pg.free_port()), "s")


@pytest.mark.skipif(pg.binaries() is None, reason="there is no PostgreSQL on this machine")
def test_nothing_acknowledged_is_lost_on_postgresql(tmp_path):
    with pg.cluster(durable=True) as url:
        walk(Place(tmp_path, url, pg.free_port()), "p")

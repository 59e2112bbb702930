"""Measure, on SQLite and on PostgreSQL where there is one, and print a table: `python -m bench [--rows N]`."""

import argparse
import http.client
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

import pg  # noqa: E402 - beside the tests

TICKS = os.sysconf("SC_CLK_TCK")
BATCH, ROUNDS = 100, 5


class Server:
    """A server of one process and one thread on a fresh database, and how much CPU its processes have used."""

    def __init__(self, folder, database, rows):
        self.port = pg.free_port()
        self.env = {
            **os.environ, "LIANXIN_DATA": str(folder), "LIANXIN_DATABASE": database, "LIANXIN_PROFILE": "demo",
            "DJANGO_SETTINGS_MODULE": "bench.settings", "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parent / "tests")]),
        }  # fmt: skip
        made = subprocess.run([sys.executable, "-m", "bench.ground", str(rows)], env=self.env, capture_output=True, text=True, check=False)
        if made.returncode:
            raise SystemExit(made.stderr)
        self.facts = json.loads(made.stdout.splitlines()[-1])
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "1",
                   "--blocking-threads", "1", "--log-level", "warning", "lianxin.town.wsgi:application"]  # fmt: skip
        self.process = subprocess.Popen(command, env=self.env)
        self.connection = None
        self.wait()

    def wait(self):
        for _ in range(300):
            try:
                if self.send("GET", "/api/v1/kinds")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not answer")

    def send(self, method, path, body=None, **headers):
        """One request on the kept connection: status, text."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Authorization": f"Bearer {self.facts['token']}" if hasattr(self, "facts") else "", **headers}
        try:
            self.connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json", **sent})
            response = self.connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise OSError from error

    def cpu(self):
        """Seconds of CPU used by the server's processes until now."""
        used = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat.parent.name) == self.process.pid or int(fields[1]) == self.process.pid:
                used += int(fields[11]) + int(fields[12])
        return used / TICKS

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def measured(server, act, batch=BATCH):
    """CPU milliseconds of each request over a batch."""
    before = server.cpu()
    for _ in range(batch):
        act()
    return (server.cpu() - before) / batch * 1000


def compare(server, product, yardstick):
    """Medians of interleaved batches: product, yardstick, their ratio."""
    pairs = [(measured(server, product), measured(server, yardstick)) for _ in range(ROUNDS)]
    ours, raw = (statistics.median(side) for side in zip(*pairs, strict=True))
    spread = max(pair[0] for pair in pairs) - min(pair[0] for pair in pairs)
    return ours, raw, spread


class Walk:
    """The requests that are measured."""

    def __init__(self, server):
        self.server, self.at = server, 0
        self.opened, self.raw = [], []

    def expect(self, result):
        status, text = result
        if status not in (200, 201):
            raise SystemExit(f"{status} {text[:500]}")
        return json.loads(text) if text.startswith("{") else {}

    def open(self):
        self.at += 1
        body = {"text": f"第{self.at}号路灯不亮，晚上看不见路，老人小孩都不敢出门", "channel": "phone", "lon": 117.005, "lat": 34.605}
        made = self.expect(self.server.send("POST", "/api/v1/cases", body, **{"Idempotency-Key": f"bench-open-{self.at}"}))
        self.opened.append(made)

    def raw_open(self):
        self.at += 1
        body = {"text": f"第{self.at}号路灯不亮，晚上看不见路，老人小孩都不敢出门"}
        self.raw.append(self.expect(self.server.send("POST", "/raw/open", body)))

    def act(self):
        made = self.opened.pop()
        body = {"act": "accept", "version": made["version"], "given": {}}
        path = f"/api/v1/cases/{made['number']}/transitions"
        self.expect(self.server.send("POST", path, body, **{"Idempotency-Key": f"bench-act-{made['number']}"}))

    def raw_act(self):
        self.expect(self.server.send("POST", "/raw/act", {"id": self.raw.pop()["id"]}))

    def inbox(self):
        self.expect(self.server.send("GET", "/desk/?scope=all", Cookie=self.server.facts["cookie"]))

    def raw_inbox(self):
        self.expect(self.server.send("GET", "/raw/inbox"))

    def inbox_api(self):
        self.expect(self.server.send("GET", "/api/v1/cases?most=50"))

    def case_map(self):
        """Every case of the town, closed ones too, on one screen."""
        view = "west=116.98&south=34.57&east=117.06&north=34.64&zoom=13"
        self.expect(self.server.send("GET", f"/casemap/marks.geojson?state=all&{view}", Cookie=self.server.facts["cookie"]))

    def nothing(self):
        self.server.send("GET", "/api/v1/kinds")


def after_an_act(server, walk):
    """An inbox page when something has happened since the last one: both together, less what the act costs."""

    def both():
        walk.open()
        walk.inbox()

    return measured(server, both) - measured(server, walk.open)


def run(name, database, rows):
    """All measurements on one database."""
    with tempfile.TemporaryDirectory(prefix="lianxin-bench-") as folder:
        server = Server(Path(folder), database, rows)
        try:
            walk = Walk(server)
            for warm in (walk.open, walk.raw_open, walk.act, walk.raw_act, walk.inbox, walk.raw_inbox, walk.inbox_api):
                for _ in range(10):
                    warm() if warm not in (walk.act, walk.raw_act) or walk.opened else None
            yield name, "open_case", *compare(server, walk.open, walk.raw_open)
            yield name, "transition", *compare(server, walk.act, walk.raw_act)
            yield name, f"inbox page, {rows:,} cases", *compare(server, walk.inbox, walk.raw_inbox)
            fresh = sorted(after_an_act(server, walk) for _ in range(3))
            yield name, "inbox page after an act", fresh[1], 0.0, fresh[-1] - fresh[0]
            lists = sorted(measured(server, walk.inbox_api) for _ in range(3))
            yield name, f"inbox by API, {rows:,} cases", lists[1], 0.0, lists[-1] - lists[0]
            maps = sorted(measured(server, walk.case_map, 20) for _ in range(3))
            yield name, f"map of {rows:,} cases", maps[1], 0.0, maps[-1] - maps[0]
        finally:
            server.stop()


def pure():
    """Microseconds of what needs no server: a point among 3,000 polygons, a plan of the engine, a due time."""
    from datetime import UTC, datetime

    from shapely.geometry import box

    from lianxin.places.locate import Locator
    from lianxin.workflow.clock import Clock, Limit
    from lianxin.workflow.definition import read
    from lianxin.workflow.engine import plan, start

    tiles = Locator((at, box(at % 60, at // 60, at % 60 + 1, at // 60 + 1)) for at in range(3000))
    flow = read((HERE.parent / "towns/base/workflows/request.yaml").read_text("utf-8"))
    clock, now = Clock(), datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    begun = start(flow, now=now, clock=clock, limits={}).state
    acts = {
        "point among 3,000 polygons, µs": lambda at: tiles.find(at % 59 + 0.37, at % 49 + 0.61),
        "plan of a transition, µs": lambda at: plan(
            flow, begun, "accept", roles={"clerk"}, given={}, now=now, clock=clock, limits={}
        ),
        "due in 5 working days, µs": lambda at: clock.due(now, Limit(5, "working_days")),
    }
    for name, act in acts.items():
        runs = []
        for _ in range(5):
            before = time.process_time()
            for at in range(2000):
                act(at)
            runs.append((time.process_time() - before) / 2000 * 1e6)
        yield name, min(runs), max(runs) - min(runs)


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?")
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000, help="cases in the inbox's town")
    rows = parser.parse_args().rows
    print(machine())
    print(f"{'':12}{'':32}{'ours, ms CPU':>14}{'raw SQL':>10}{'ratio':>8}{'spread':>8}")
    for name, best, spread in pure():
        print(f"{'':12}{name:32}{best:14.1f}{'':18}{spread:8.1f}")
    databases = [("SQLite", "")]
    with pg.cluster() if pg.binaries() else tempfile.TemporaryDirectory() as url:
        if pg.binaries():
            databases.append(("PostgreSQL", url))
        for name, database in databases:
            for line in run(name, database, rows):
                ratio = f"{line[2] / line[3]:.2f}" if line[3] else ""
                print(f"{line[0]:12}{line[1]:32}{line[2]:14.2f}{line[3]:10.2f}{ratio:>8}{line[4]:8.2f}", flush=True)


if __name__ == "__main__":
    main()

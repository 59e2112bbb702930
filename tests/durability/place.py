"""A town that can be killed: its folder, its database, its port, and what starts and ends the real server there."""

import http.client
import json
import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent


def kill(pid, seconds):
    """Let a process of its own kill another and all below it after so many seconds."""
    subprocess.run([sys.executable, str(HERE / "killer.py"), str(pid), str(seconds)], check=True, timeout=60)


class Place:
    """A data folder, a database, a port; starts and kills the server there."""

    def __init__(self, folder, database, port, profile="production"):
        self.port, self.folder, self.said = port, folder, folder / "said.txt"
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("LIANXIN_", "DJANGO_"))},
            "LIANXIN_DATA": str(folder), "LIANXIN_DATABASE": database, "LIANXIN_PROFILE": profile,
            "LIANXIN_WORKERS": "1", "LIANXIN_THREADS": "3", "PORT": str(port), "HOST": "127.0.0.1",
            "PYTHONWARNINGS": "ignore", "DJANGO_SETTINGS_MODULE": "lianxin.town.settings",
        }  # fmt: skip
        self.token = json.loads(self.ground("make"))["token"]

    def ground(self, *words):
        done = subprocess.run([sys.executable, str(HERE / "ground.py"), *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def run_until_killed(self, seconds):
        """Start the town from nothing, and let a separate process kill all of it `seconds` after the server answers."""
        with self.said.open("wb") as said:
            town = subprocess.Popen([sys.executable, "-m", "lianxin", "run"], env=self.env, stdout=said, stderr=said)
        self.kill(town.pid, seconds)
        town.wait(60)

    def spring_until_killed(self, spring, seconds):
        """The same with a start that has been read before."""
        self.end(spring, self.begin(spring), seconds)

    def begin(self, spring):
        """Start the town again; its pid, once it answers."""
        print(self.said, file=spring.stdin, flush=True)
        pid = int(spring.stdout.readline())
        self.wait()
        return pid

    def end(self, spring, pid, seconds=0.0):
        """Kill all of a town that was begun, after so many seconds."""
        kill(pid, seconds)
        assert spring.stdout.readline() == "ended\n"

    @contextmanager
    def spring(self):
        """What starts towns quickly; see spring.py. Whatever happens, nothing of it is left."""
        command = [sys.executable, str(HERE / "spring.py")]
        with subprocess.Popen(command, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as spring:
            try:
                yield spring
            finally:
                kill(spring.pid, 0)

    def kill(self, pid, seconds):
        self.wait()
        kill(pid, seconds)

    def wait(self):
        until = time.monotonic() + 120
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            with closing(connection), suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/api/v1/kinds")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer; it said: {self.said.read_text()}")

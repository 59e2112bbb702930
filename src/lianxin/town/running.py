"""Keep a town running: the server, the worker, and the process that minds both."""

import contextlib
import errno
import gc
import http.client
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from multiprocessing.context import ForkContext, SpawnContext
from types import FrameType
from typing import Any

from lianxin.town.config import Config
from lianxin.ui.assets import ICON

log = logging.getLogger("lianxin.running")

BEAT = 1.0  # seconds between looks for jobs
TICK = 5.0  # seconds between sweeps of late cases
NIGHT = range(3, 5)  # hours of the town's day for the nightly work
WEARY = 5.0  # seconds before trying again when the database has gone
STATIC_AGE = 365 * 86400  # names of built files carry a digest
PATIENCE = 15.0  # seconds a child has to stop
LETTING_GO = 5.0  # seconds a town that was killed may keep its port: its children see within a beat that it is gone
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

# Children of a process that has read the whole product begin at once and share its memory. Elsewhere than on Linux
# a forked process may not use the system's own libraries: there each child reads the product anew.
FORKS = sys.platform == "linux"
PROCESSES: ForkContext | SpawnContext = (
    multiprocessing.get_context("fork") if FORKS else multiprocessing.get_context("spawn")
)

Sentences = tuple[str, str]


def port_fault(host: str, port: int, *, waiting: Callable[[], Any] | None = None) -> Sentences | None:
    """Why nothing can listen at host and port, in both languages; None when something can.

    With `waiting`, a port in use is asked again for LETTING_GO seconds, `waiting` called once before: a town started
    anew right after it was killed comes up as soon as what is left of the old one has gone.
    """
    fault, until = _port_fault(host, port), time.monotonic() + LETTING_GO
    if waiting and _is_busy(fault):
        waiting()
        while _is_busy(fault) and time.monotonic() < until:
            time.sleep(0.1)
            fault = _port_fault(host, port)
    return fault[1] if fault else None


def _is_busy(fault: tuple[int, Sentences] | None) -> bool:
    return fault is not None and fault[0] == errno.EADDRINUSE


def _port_fault(host: str, port: int) -> tuple[int, Sentences] | None:
    """The system's number of what is wrong, and the sentences."""
    try:
        kind, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a socket just closed is no hindrance
            probe.bind(where)
            probe.listen(1)
    except PermissionError:
        return errno.EACCES, (
            f"没有权限使用端口 {port}：请换一个 1024 以上的端口，例如 PORT=8000。",
            f"Port {port} needs rights you do not have: take one above 1024, as PORT=8000.",
        )
    except socket.gaierror:
        return 0, (f"地址 {host} 无法识别：请检查 HOST。", f"The address {host} means nothing here: check HOST.")
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return errno.EADDRINUSE, (
                f"端口 {port} 已被占用：请先停掉占用它的程序，或换一个端口，例如 PORT={port + 1}。",
                f"Port {port} is in use: stop what uses it, or take another, as PORT={port + 1}.",
            )
        return error.errno or 0, (
            f"不能在 {host}:{port} 上监听：请检查 HOST。",
            f"Cannot listen at {host}:{port} ({error.strerror}): check HOST.",
        )
    return None


def address(config: Config) -> str:
    """What to type into a browser on this machine."""
    host = config["HOST"]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{config['PORT']}"


def _when_orphaned(parent: int | None, stop: Callable[[], Any]) -> None:
    """Call `stop` once the process that started this one is gone, however it went."""
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(BEAT)
        stop()

    threading.Thread(target=watch, daemon=True, name="orphan").start()


def end_when_orphaned(parent: int | None) -> None:
    """End this process once the one that started it is gone: in order where it can, at once where it does not hear."""

    def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os._exit(1)

    _when_orphaned(parent, stop)


def serve(config: Config, parent: int | None = None) -> None:
    """Serve pages and API until told to stop: WSGI, so many processes of so many threads, static files beside."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from lianxin.ui.assets import STATIC

    STATIC.mkdir(parents=True, exist_ok=True)
    server = Granian(
        "lianxin.town.wsgi:application",
        address=config["HOST"],
        port=config["PORT"],
        interface=Interfaces.WSGI,
        workers=config["LIANXIN_WORKERS"],
        blocking_threads=config["LIANXIN_THREADS"],
        log_level=LogLevels.warning,
        static_path_route=["/static/lianxin"],
        static_path_mount=[STATIC],
        static_path_expires=STATIC_AGE,
        respawn_failed_workers=True,
        workers_kill_timeout=int(PATIENCE) - 5,
    )
    end_when_orphaned(parent)
    server.serve()


class Worker:
    """Runs jobs that are due, sweeps late cases, seals, and does the nightly work."""

    def __init__(self, parent: int | None = None) -> None:
        self._parent = parent
        self._stop = threading.Event()
        self._swept, self._night = 0.0, date.min

    def run(self) -> None:
        """Work until SIGTERM, SIGINT, or until the parent is gone."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        _when_orphaned(self._parent, self._stop.set)
        while not self._stop.is_set():
            self._stop.wait(self._beat())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _beat(self) -> float:
        """One round; returns how long to rest."""
        from django.db import DatabaseError, InterfaceError, connection

        try:
            return 0.0 if self.work() else BEAT
        except (DatabaseError, InterfaceError):
            log.exception("the database does not answer; trying again in %s seconds", WEARY)
            with contextlib.suppress(DatabaseError, InterfaceError):
                connection.close()
            return WEARY

    def work(self) -> int:
        """What is due now; returns how many jobs were tried."""
        from django.utils import timezone

        from lianxin.cases import tasks
        from lianxin.jobs.queue import run_due
        from lianxin.town.imports.uploads import sweep_uploads

        now = timezone.now()
        if time.monotonic() - self._swept >= TICK:
            tasks.tick(now=now)
            sweep_uploads(now=now)
            self._swept = time.monotonic()
        self._nightly(timezone.localtime(now))
        return run_due(now=now)

    def _nightly(self, now: datetime) -> None:
        from lianxin.cases import tasks

        if now.hour in NIGHT and self._night != now.date():
            self._night = now.date()
            tasks.nightly(now=now)


def _child(name: str, config: Config, parent: int) -> None:
    """What a started process does, in a session of its own: Ctrl-C is for the supervisor, who ends all in order."""
    with contextlib.suppress(PermissionError, AttributeError):
        os.setsid()
    for each in SIGNALS:
        signal.signal(each, signal.SIG_DFL)
    if name == "serve":
        serve(config, parent)
        return
    import django

    django.setup()  # nothing where the supervisor's is at hand
    Worker(parent).run()


class Supervisor:
    """Starts the server and the worker, starts anew what falls over, and stops both when told."""

    def __init__(self, config: Config, *, announce: Callable[[str], Any] = lambda address: None) -> None:
        self._config, self._announce = config, announce
        self._stop = threading.Event()
        self._children: dict[str, multiprocessing.process.BaseProcess] = {}

    def run(self) -> int:
        """Until Ctrl-C, SIGTERM, a closed terminal, or a server that cannot be kept up; the exit code."""
        for each in SIGNALS:
            signal.signal(each, lambda number, frame: self._stop.set())
        gc.collect()
        gc.freeze()  # what children share stays shared: their collectors need not look at it
        code = 0
        try:
            self._start("serve")
            if self._wait_until_open():
                self._start("worker")  # not before: people wait for the first page, not for the sweep
                self._announce(address(self._config))
            code = self._mind()
        finally:
            self._end()
        return code

    def _start(self, name: str) -> None:
        child = PROCESSES.Process(target=_child, args=(name, self._config, os.getpid()), name=name)
        child.start()
        self._children[name] = child

    def _wait_until_open(self) -> bool:
        """Whether the server answers, whatever it answers: it listens some time before it can."""
        host = address(self._config).removeprefix("http://").rpartition(":")[0].strip("[]")
        while not self._stop.wait(0.1) and self._children["serve"].exitcode is None:
            asking = http.client.HTTPConnection(host, self._config["PORT"], timeout=2)
            with contextlib.closing(asking), contextlib.suppress(OSError, http.client.HTTPException):
                asking.request("HEAD", f"/{ICON}", headers=self._named())  # there before any town is
                asking.getresponse()
                return True
        return False

    def _named(self) -> dict[str, str]:
        """The name the server is asked by: one it answers to, where it does not answer to every one."""
        names = (each.strip().lstrip(".") for each in self._config["LIANXIN_HOSTS"].split(","))
        return {"Host": name} if (name := next(filter(None, names), "*")) != "*" else {}

    def _mind(self) -> int:
        begun = {name: time.monotonic() for name in self._children}
        while not self._stop.wait(0.5):
            for name, child in list(self._children.items()):
                if (code := child.exitcode) is None:
                    continue
                if time.monotonic() - begun[name] < PATIENCE:
                    log.error("%s ended with %s right after it was started", name, code)
                    return code or 1
                log.warning("%s ended with %s; starting it anew", name, code)
                self._start(name)
                begun[name] = time.monotonic()
        return 0

    def _end(self) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            child.join(PATIENCE)
            if child.exitcode is None:
                child.kill()
                child.join()

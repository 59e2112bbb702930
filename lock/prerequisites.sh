#!/bin/sh
# Make the environment, or say in one sentence what this machine lacks and how to mend it. Usage: prerequisites.sh PYTHON
python=$1
fail() {
  printf '%s\n%s\n' "$1" "$2" >&2
  exit 1
}
command -v "$python" >/dev/null 2>&1 || fail \
  "没有找到 $python：请安装 Python 3.11 或更新版本，或用 make PYTHON=… 指明。" \
  "There is no $python: install Python 3.11 or newer, or name one with make PYTHON=…"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail \
  "$("$python" --version 2>&1) 太旧：需要 Python 3.11 或更新版本，可用 make PYTHON=python3.12 指明。" \
  "$("$python" --version 2>&1) is too old: Python 3.11 or newer is needed; name one with make PYTHON=python3.12."
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail \
  "Python 缺少 venv 模块：Debian、Ubuntu 上请运行 apt install python3-venv。" \
  "Python lacks the venv module: on Debian or Ubuntu run apt install python3-venv."
.venv/bin/python -c 'import pip' 2>/dev/null && exit 0
rm -rf .venv  # half made, or of a Python that is gone
echo "正在建立 Python 环境…… / making the Python environment …"
"$python" -m venv .venv || fail \
  "不能在此目录建立 Python 环境：请检查目录权限和磁盘空间。" \
  "The Python environment cannot be made here: check the folder's rights and the disk's space."

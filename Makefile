# 连心 / Lianxin. `make run` is all a stranger needs; `make help` lists the rest.
# Paths may hold spaces: every path is quoted, and no target is named by an absolute path.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# As many as there are processors, at most eight: with more, browsers wait for each other.
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 8 ] && n=8; echo $$n)
export HOST PORT
unexport PYTHONDONTWRITEBYTECODE # without what was compiled once, each of the many processes compiles the product anew
run demo: export LIANXIN_PROFILE := $(or $(LIANXIN_PROFILE),demo)
run: export LIANXIN_SMS := $(or $(LIANXIN_SMS),console)

BIN := .venv/bin
STAMPS := .venv/stamps
MESSAGES := $(shell find src -name django.po)
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help run demo setup venv dev test check types style rows bench docs pictures faces looks clean

help: ## 列出目标 / list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: setup ## 启动（首次会安装并装入演示镇）/ start; sets up and loads the demo town on the first run
	@exec $(BIN)/python -m lianxin run

demo: setup ## 只装入演示镇并显示登录名 / load the demo town, print its sign-ins
	@exec $(BIN)/python -m lianxin demo

setup: $(STAMPS)/run $(STAMPS)/messages ## 只准备，不启动 / prepare without starting
	@$(BIN)/python -m lianxin.ui.build --if-stale

$(STAMPS)/messages: $(MESSAGES) $(STAMPS)/run
	@$(BIN)/python -m lianxin.ui.messages compile
	@touch $@

venv:
	@sh lock/prerequisites.sh "$(PYTHON)"
	@mkdir -p $(STAMPS)

# A stamp holds while it is newer than what it was made from.
$(STAMPS)/run: lock/run.txt pyproject.toml | venv
	@sh lock/install.sh lock/run.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . --disable-pip-version-check
	@touch $@

$(STAMPS)/dev: lock/dev.txt $(STAMPS)/run
	@sh lock/install.sh lock/dev.txt
	@touch $@

dev: setup $(STAMPS)/dev ## 安装测试和检查所需 / install what tests and checks need

test: dev ## 在 SQLite 和 PostgreSQL 上跑全部测试 / all tests, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal
	@$(BIN)/python tests/pg.py $(BIN)/python -m pytest -n $(JOBS) --dist worksteal --of-the-database; code=$$?; \
	case "$$code $(LIANXIN_REQUIRE)" in "77 "*postgresql*) exit 77;; "77 "*) exit 0;; *) exit $$code;; esac

check: dev ## 全部检查：格式、类型、分层、迁移、文字、测试 / every check
	@$(MAKE) --no-print-directory -j 2 types style
	@$(MAKE) --no-print-directory test

types:
	$(BIN)/python -m mypy

style:
	$(BIN)/python -m ruff check
	$(BIN)/lint-imports
	$(BIN)/python -m django makemigrations --check --dry-run --settings lianxin.town.settings
	$(BIN)/python -m lianxin.ui.messages check
	$(BIN)/python -m lianxin check towns/base

rows: dev ## 哪些需求有走查测试 / which requirement rows have a walk
	@$(BIN)/python tests/rows.py

bench: dev ## 性能测量 / measure
	@$(BIN)/python -m bench

docs: dev ## 生成文档 / build the documentation
	@$(BIN)/python -m mkdocs build --strict

pictures: dev ## 重拍文档里的画面（先启动演示镇）/ take the documentation's pictures from the running demo town
	@$(BIN)/python docs/pictures.py "http://$(HOST):$(PORT)" "$${LIANXIN_DATA:-var}"

faces: dev ## 量各页的大小和快慢，写进文档（先启动演示镇）/ measure the pages of the running demo town
	@$(BIN)/python docs/faces.py "http://$(HOST):$(PORT)" "$${LIANXIN_DATA:-var}"

looks: dev ## 重拍用来比对的页面样子 / take the pictures that pages are compared with
	@LIANXIN_LOOKS=write $(BIN)/python -m pytest -n0 tests/walks/test_looks.py -k kept

clean: ## 删除环境和构建结果，保留数据 / remove the environment and what was built; data stay
	rm -rf .venv site frontend/node_modules src/lianxin/ui/static/lianxin
	find src -name '*.mo' -delete

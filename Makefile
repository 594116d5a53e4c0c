# Every target runs a script or a program that also works by hand.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo test test-runtime bench bench-algorithms bench-careless bench-faults bench-hosts bench-packaged bench-quality figures lock upgrade release clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-16s %s\n", $$1, $$2}' Makefile

demo: .venv/demo  ## Generate the default project, train, serve, predict, and say how to go on (no Docker needed)
	PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/demo.sh

test: .venv/test  ## Run every test that this machine can run, and say which it could not
	.venv/bin/pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGUMENTS)

test-runtime: .venv/test  ## Run the tests of byoc/ from its source, within a minute or two, without Docker [ONLY=tests/runtime/serving]
	.venv/bin/pytest --numprocesses logical --dist loadfile $(or $(ONLY),tests/runtime) $(PYTEST_ARGUMENTS)

bench: .venv/test  ## Compare every server stack with the classic container, into README.md (needs Docker, wrk) [BENCH_ARGUMENTS=…]
	scripts/bench.sh $(BENCH_ARGUMENTS)

bench-algorithms: .venv/test  ## Compare every algorithm with its framework's plain script, into benchmarks/README.md [BENCH_ARGUMENTS=…]
	PYTHONPATH=tests/support .venv/bin/python -B benchmarks/algorithms.py $(BENCH_ARGUMENTS)

bench-careless: .venv/test  ## Train and ask with data that nobody meant, and tell what it costs in benchmarks/README.md [BENCH_ARGUMENTS=…]
	PYTHONPATH=tests/support:benchmarks .venv/bin/python -B benchmarks/data/careless.py $(BENCH_ARGUMENTS)

bench-faults: .venv/test  ## Do to a job on two hosts what can happen to it, and tell what became of it in benchmarks/README.md (needs Docker)
	PYTHONPATH=tests/support .venv/bin/python -B benchmarks/faults.py $(BENCH_ARGUMENTS)

bench-hosts: .venv/test  ## Train on one host and on two, with little memory and one CPU each, into benchmarks/README.md (needs Docker) [BENCH_ARGUMENTS=…]
	PYTHONPATH=tests/support .venv/bin/python -B benchmarks/hosts.py $(BENCH_ARGUMENTS)

bench-packaged: .venv/test  ## Train on data sets as packages ship them, into benchmarks/README.md [BENCH_ARGUMENTS=…]
	PYTHONPATH=tests/support:benchmarks .venv/bin/python -B benchmarks/data/packaged.py $(BENCH_ARGUMENTS)

bench-quality: .venv/test  ## Train on one host, two and four by every engine, and compare what they come to, into benchmarks/README.md [BENCH_ARGUMENTS=…]
	PYTHONPATH=tests/support .venv/bin/python -B benchmarks/quality.py $(BENCH_ARGUMENTS)

figures: .venv/test  ## Run the conformance kit on the classic image, and write what it finds into the READMEs (needs Docker)
	.venv/bin/python tests/support/figures.py

lock: .venv/test  ## Pin the packages of every option and of the tests, with hashes; what is pinned and still fits stays
	PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/lock.sh

upgrade: .venv/test  ## Pin the newest versions instead [PACKAGE=name]
	PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/lock.sh $(or $(PACKAGE:%=--upgrade-package=%),--upgrade)

release: .venv/test  ## Check, date the change log, commit and tag a release; pushes nothing [VERSION=1.2.0]
	.venv/bin/python -B scripts/release.py $(VERSION)

clean:  ## Remove the virtual environment and the demo project
	rm -rf .venv demo

.venv/demo: requirements/demo.txt
	@$(PYTHON) '{{cookiecutter.project_slug}}/byoc/image/pythons.py' "$(PYTHON) is" "make PYTHON=python3.13"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/demo.txt
	@touch $@

# By uv, which is one of them, in a third of the time that pip takes for all.
.venv/test: .venv/demo requirements/test.txt
	sed -n '/^uv==/,/# via/p' requirements/test.txt >.venv/uv.txt
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.txt
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --requirement requirements/test.txt
	@touch $@

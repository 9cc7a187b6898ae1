.PHONY: demo test check format benchmarks

demo:  ## set up, and watch a model call a Python function
	python3 examples

test:  ## set up, lint, check types, run the tests
	python3 tests

check: test

format:
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .

benchmarks:
	.venv/bin/python benchmarks

# Two commands for a fresh machine with Python 3.11: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUICK := autograder/tests/student/core autograder/tests/student/checking autograder/tests/reports \
	autograder/tests/grading/test_repair.py autograder/tests/grading/test_find.py autograder/tests/grading/test_mistakes.py
# One thread a process: two on a shared two-core machine are several times slower, and change results.
export OMP_NUM_THREADS := 1
# The tests start hundreds of processes: each would compile all of the package anew where no bytecode is written.
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: demo test test-all quick browser chromium style lint data assignments messages constraints clean

demo: data
	$(BIN)/autograder demo --out demo

# All tests in a browser are slow ones; what they import takes its time in every process. Types are a test of their own.
test: style data
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow" --ignore autograder/tests/browser

# What a change of the student's part, of a report or of a sentence most often breaks: under a minute.
quick: lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow" -q $(QUICK)

test-all: style data chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# What students and instructors see, in a real browser; pictures of it go to screenshots/.
browser: data chromium
	$(BIN)/python -m pytest autograder/tests/browser

# Installed where that can be done; where not, the tests that need it fail with the same sentence.
chromium: $(VENV)/development.done
	@if command -v chromium > /dev/null && command -v chromedriver > /dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -q && apt-get install -y -q --no-install-recommends chromium chromium-driver fonts-dejavu-core; \
	else echo "The tests in a browser need the packages chromium and chromium-driver: ask your administrator to install them."; fi

style: $(VENV)/development.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

lint: style
	$(BIN)/mypy

# The corpora: a moment when they are there, else one download.
data: $(VENV)/grading.done
	$(BIN)/autograder data prepare

# Writes assignments/ and the recordings anew, after a source notebook, a test or a known mistake was edited.
assignments: $(VENV)/development.done
	$(BIN)/autograder release --update-assignments

# The catalogues of another edition: new texts are added, changed ones marked. make messages EDITION=ko
EDITION ?= ko
messages: $(VENV)/development.done
	$(BIN)/python -m autograder.maintain.translation $(EDITION)

# Writes constraints.txt anew, after a version in pyproject.toml was changed.
constraints:
	$(PYTHON) -m venv build/constraints
	build/constraints/bin/pip install --quiet ".[grading,notebooks,development,fuzzing]"
	sed -n 1p constraints.txt > build/constraints.txt
	build/constraints/bin/pip freeze --exclude recurrent-language-models | sed 's/+cpu$$//' >> build/constraints.txt
	mv build/constraints.txt constraints.txt

$(VENV)/pip.done:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/grading.done: pyproject.toml constraints.txt $(VENV)/pip.done
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[grading]"
	touch $@

$(VENV)/development.done: pyproject.toml constraints.txt $(VENV)/pip.done
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[grading,notebooks,development]"
	touch $@ $(VENV)/grading.done

clean:
	rm -rf $(VENV) demo build screenshots *.egg-info

#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image in which every submission is graded: Python, the grader, the corpora.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if [ -d source ]; then cd source; fi

apt-get update
apt-get install --yes --no-install-recommends python3 python3-venv
python=python3
if ! python3 -c "import sys; sys.exit(sys.version_info < (3, 11))"; then # Ubuntu 22.04 and older
    python3 -m venv .uv
    .uv/bin/pip install uv
    .uv/bin/uv python install 3.11
    python=$(.uv/bin/uv python find 3.11)
fi
"$python" -m venv .venv
# the first line takes PyTorch without the 3 GB that only a graphics card needs
.venv/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu \
    --constraint constraints.txt --editable ".[grading]"
.venv/bin/autograder data prepare
.venv/bin/autograder doctor

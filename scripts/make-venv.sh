#!/bin/sh
# Makes the virtual environment that Hydra runs in, or says in a sentence why that cannot be done here.
# make-venv.sh DIR    An environment that works is left as it is. PYTHON names another interpreter.
set -eu
venv=${1:-.venv}

say() { printf '%s\n' "$*" >&2; }
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! "$venv/bin/python" -c '' 2>/dev/null; then
  python=
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if recent "$candidate"; then python=$candidate; break; fi
  done
  if [ -z "$python" ]; then
    say "Hydra needs Python 3.11 or newer; ${PYTHON:-python3} is $("${PYTHON:-python3}" --version 2>/dev/null || echo absent)."
    say "Install one, or name it: make install PYTHON=/path/to/python3.12"
    exit 1
  fi
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"
    say "Then run the same command again."
    exit 1
  fi
  "$python" -m venv --clear "$venv"
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  if ! "$venv/bin/python" -m ensurepip >/dev/null 2>&1; then
    say "$venv has no pip, and none can be put into it. On Debian and Ubuntu: apt install python3-venv"
    exit 1
  fi
fi

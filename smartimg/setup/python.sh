# Sourced by ./run and ./test: sets $python to a Python of at least 3.11, or explains and exits.
# One that can make a venv is taken before one that can't; of the latter environment.py says what is missing.
python=""
for needs in "ensurepip, venv" "os"; do
  for candidate in "${SMARTIMG_PYTHON:-}" python3.11 python3 python3.12 python3.13 python; do
    if [ -z "$python" ] && [ -n "$candidate" ] &&
      "$candidate" -c "import sys, $needs; sys.exit(sys.version_info[:2] < (3, 11))" 2>/dev/null; then
      python=$candidate
    fi
  done
done
if [ -z "$python" ]; then
  echo "smartimg needs Python 3.11 or newer, and found none on the PATH." >&2
  echo "On Debian or Ubuntu: apt-get install python3.11 python3.11-venv. Or set SMARTIMG_PYTHON to one." >&2
  exit 1
fi

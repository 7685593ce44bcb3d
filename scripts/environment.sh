#!/bin/sh
# Make .venv hold what requirements/$1.txt locks. Nothing is done, in a few milliseconds, when it already does.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
python=${PYTHON:-python3}

refuse() {
  printf '%s\n' "$@" >&2
  exit 1
}

sound() { .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

create() {
  command -v "$python" >/dev/null || refuse "Il manque Python : « apt install python3 python3-venv » l'installe."
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "Il faut Python 3.11 ou plus récent, et « $python » est plus ancien. Autre Python : make run PYTHON=python3.12"
  [ ! -L .venv ] || refuse "L'environnement vers lequel pointe .venv ne marche plus : réparez-le ou retirez le lien."
  "$python" -m venv --clear .venv >&2 ||
    refuse "Python ne peut pas créer son environnement : « apt install python3-venv » installe ce qui manque."
}

# The command `portail`, from any folder: .venv/bin/portail
command_file() {
  printf '#!/bin/sh\nPYTHONPATH="%s${PYTHONPATH:+:$PYTHONPATH}" exec "%s/.venv/bin/python" -m portail "$@"\n' "$PWD" "$PWD" \
    > .venv/bin/portail
  chmod +x .venv/bin/portail
}

key=$( (cat "requirements/$wanted.txt"; .venv/bin/python --version 2>/dev/null || :) | sha256sum | cut -c 1-16)
[ ! -e ".venv/locked-$wanted-$key" ] || ! sound || exit 0

# Two commands started together must not install over each other.
if command -v flock >/dev/null && [ -z "${PORTAIL_LOCKED:-}" ]; then
  exec env PORTAIL_LOCKED=1 flock requirements/base.in "$0" "$@"
fi
sound || create
echo "Installation des bibliothèques de requirements/$wanted.txt…" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
  --require-hashes --requirement "requirements/$wanted.txt"
key=$( (cat "requirements/$wanted.txt"; .venv/bin/python --version) | sha256sum | cut -c 1-16)
command_file
rm -f ".venv/locked-$wanted"-*
touch ".venv/locked-$wanted-$key"

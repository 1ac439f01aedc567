#!/usr/bin/env bash
# Installs what packages.txt names and this machine lacks, where that can be done: as root, on a Debian.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
while read -r shows packages; do
  case $shows in '' | '#'*) continue ;; esac
  compgen -G "$shows" >/dev/null || missing+=($packages)
done <packages.txt
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed here: ${missing[*]}. Tests that need them are skipped; apt-get as root would bring them."
  exit 0
fi
echo "Installing for the tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
quiet=(-qq -o=Dpkg::Use-Pty=0)
if ! { apt-get "${quiet[@]}" update && apt-get "${quiet[@]}" install -y --no-install-recommends "${missing[@]}"; } >/dev/null
then
  [ -z "${CI:-}" ] || exit 1
  echo "apt-get could not install them; tests that need them are skipped."
fi

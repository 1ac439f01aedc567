#!/usr/bin/env bash
# A real Home Assistant on loopback, offline. It is no Debian package and brings some hundred others, so it is installed
# by hand, once, in about four minutes, and tests that want it look for it in HASS_VENV:
#   home_assistant.sh install VENV
. "$(dirname "$0")/lib.sh"
components=(frontend onboarding recovery_mode api websocket_api auth person cloud backup history logbook mqtt webhook zone
  automation script input_boolean input_select conversation template recorder)

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
elif [ "${1:-}" = install ]; then
  python3.11 -m venv "$2"
  "$2/bin/pip" install -q "homeassistant==2024.3.3"
  "$2/bin/python" - "${components[@]}" >"$2/components.txt" <<'PY'
import json, pathlib, sys
import homeassistant
root, seen, todo, found = pathlib.Path(homeassistant.__file__).parent / "components", set(), sys.argv[1:], set()
while todo:
    name = todo.pop()
    if name not in seen and (root / name / "manifest.json").exists():
        seen.add(name)
        manifest = json.loads((root / name / "manifest.json").read_text())
        found |= set(manifest.get("requirements", []))
        todo += manifest.get("dependencies", [])
print("\n".join(sorted(found)))
PY
  constraints=$("$2/bin/python" -c 'import homeassistant, os; print(os.path.dirname(homeassistant.__file__))')
  "$2/bin/pip" install -q -c "$constraints/package_constraints.txt" -r "$2/components.txt" colorlog 'josepy<2' 'acme<3'
  exit
fi

dir=$(mktemp -d)
port=$(free_port)
mkdir "$dir/config"
cat >"$dir/config/configuration.yaml" <<Y
homeassistant: {name: Lab, latitude: 0, longitude: 0, elevation: 0, unit_system: metric, time_zone: UTC, currency: EUR, country: DE}
http: {server_host: 127.0.0.1, server_port: $port}
frontend:
api:
websocket_api:
zone:
input_select: {house_mode: {name: House mode, options: [normal, sleep, vacation]}}
Y
background "$dir" hass "$HASS_VENV/bin/hass" --config "$dir/config" --skip-pip
until_up 90 answers "http://127.0.0.1:$port/api/onboarding"
echo "DIR=$dir"
echo "URL=http://127.0.0.1:$port"

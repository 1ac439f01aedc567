#!/usr/bin/env bash
# An Alertmanager of its own on loopback (Debian package: prometheus-alertmanager). CONFIG is its configuration file;
# without one its alerts go to WEBHOOK_URL with the bearer token WEBHOOK_TOKEN, or nowhere.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
fi

dir=$(mktemp -d)
port=${PORT:-$(free_port)}
if [ -z "${CONFIG:-}" ]; then
  CONFIG=$dir/alertmanager.yml
  {
    echo "route: {receiver: hydra, group_by: [alertname], group_wait: 100ms, group_interval: 500ms, repeat_interval: 1h}"
    echo "receivers:"
    echo "  - name: hydra"
    if [ -n "${WEBHOOK_URL:-}" ]; then
      echo "    webhook_configs:"
      echo "      - {url: '$WEBHOOK_URL', http_config: {authorization: {credentials: '${WEBHOOK_TOKEN:-}'}}}"
    fi
  } >"$CONFIG"
fi
background "$dir" alertmanager prometheus-alertmanager --config.file="$CONFIG" --storage.path="${STORAGE:-$dir/data}" \
  --web.listen-address="127.0.0.1:$port" --cluster.listen-address=
until_up 30 answers "http://127.0.0.1:$port/-/ready"
echo "DIR=$dir"
echo "URL=http://127.0.0.1:$port"

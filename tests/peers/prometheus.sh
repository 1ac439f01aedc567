#!/usr/bin/env bash
# A Prometheus of its own on loopback (Debian package: prometheus) that reads the configuration file CONFIG.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
fi

dir=$(mktemp -d)
port=$(free_port)
background "$dir" prometheus prometheus --config.file="$CONFIG" --storage.tsdb.path="$dir/data" \
  --storage.tsdb.retention.time=1h --web.listen-address="127.0.0.1:$port" --rules.alert.resend-delay=1s
until_up 30 answers "http://127.0.0.1:$port/-/ready"
echo "DIR=$dir"
echo "URL=http://127.0.0.1:$port"

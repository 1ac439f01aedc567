#!/usr/bin/env bash
# A PostgreSQL server of its own on loopback (Debian package: postgresql). It forgets everything when it stops.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2" INT # INT ends open connections; TERM would wait for them
  exit
fi

bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1)")
dir=$(mktemp -d)
port=$(free_port)
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
  chown postgres "$dir"
  as=(setpriv --reuid postgres --regid postgres --clear-groups)
fi
"${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C >"$dir/initdb.log"
# Tests kill Hydra, never this server, so it need not keep what a power cut would lose.
background "$dir" postgres "${as[@]}" "$bin/postgres" -D "$dir/data" -p "$port" \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir" -c max_connections=200 \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off
until_up 20 "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"
echo "DIR=$dir"
echo "URL=postgresql://postgres@127.0.0.1:$port/postgres"

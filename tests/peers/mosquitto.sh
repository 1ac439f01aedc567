#!/usr/bin/env bash
# An MQTT broker of its own on loopback (Debian package: mosquitto), at PORT if that is given. With PASSWORD it lets in
# nobody but “hydra” and “home”, who share it; “hydra” may not publish below secret/.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
fi

dir=$(mktemp -d)
chmod 755 "$dir"
port=${PORT:-$(free_port)}
printf 'listener %s 127.0.0.1\npersistence false\nuser root\n' "$port" >"$dir/mosquitto.conf"
if [ -n "${PASSWORD:-}" ]; then
  for user in hydra home; do
    touch "$dir/passwords"
    mosquitto_passwd -b "$dir/passwords" "$user" "$PASSWORD"
  done
  printf 'user hydra\ntopic deny secret/#\ntopic readwrite #\nuser home\ntopic readwrite #\n' >"$dir/access"
  printf 'allow_anonymous false\npassword_file %s\nacl_file %s\n' "$dir/passwords" "$dir/access" >>"$dir/mosquitto.conf"
else
  echo 'allow_anonymous true' >>"$dir/mosquitto.conf"
fi
background "$dir" mosquitto /usr/sbin/mosquitto -c "$dir/mosquitto.conf"
until_up 10 python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1).close()"
echo "DIR=$dir"
echo "PORT=$port"

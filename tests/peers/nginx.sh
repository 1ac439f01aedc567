#!/usr/bin/env bash
# An nginx of its own on loopback (Debian package: nginx-light) that has the location blocks of the file LOCATIONS.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
fi

dir=$(mktemp -d)
port=$(free_port)
user=
[ "$(id -u)" != 0 ] || user='user root;'
cat >"$dir/nginx.conf" <<CONFIG
$user
daemon off;
pid $dir/own.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path $dir/body;
  proxy_temp_path $dir/proxy;
  fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi;
  scgi_temp_path $dir/scgi;
  server {
    listen 127.0.0.1:$port;
    location = /other { return 200 "another tenant"; }
    include $LOCATIONS;
  }
}
CONFIG
background "$dir" nginx nginx -c "$dir/nginx.conf"
until_up 30 answers "http://127.0.0.1:$port/other"
echo "DIR=$dir"
echo "URL=http://127.0.0.1:$port"

#!/usr/bin/env bash
# An HAProxy of its own (Debian package: haproxy) with the configuration file CONFIG; it is up once URL answers.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  stop_dir "$2"
  exit
fi

dir=$(mktemp -d)
background "$dir" haproxy /usr/sbin/haproxy -db -f "$CONFIG"
until_up 30 answers "$URL"
echo "DIR=$dir"

#!/usr/bin/env bash
# A real OpenSSH server on loopback (Debian package: openssh-server), as root: key sign-in for a user of its own, whose
# PATH begins with DIR/bin. There nvidia-smi is a card under control (DIR/gpus.json), and sudo allows what it is asked
# unless DIR/no-sudo is there; df tells what is in DIR/df, where that is there.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  pkill -KILL -u "$(cat "$2/user")" 2>/dev/null || true
  kill -CONT "$(cat "$2/sshd.pid")" 2>/dev/null || true
  userdel -f "$(cat "$2/user")" 2>/dev/null || true
  stop_dir "$2"
  exit
fi

here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
chmod 755 "$dir"
port=${PORT:-$(free_port)}
user=hydra-$port
mkdir -p "$dir/bin" "$dir/home" /run/sshd
echo "$user" >"$dir/user"
useradd --no-create-home --home-dir "$dir/home" --shell /bin/bash "$user" 2>/dev/null
usermod --password '*' "$user" # no password, and yet not locked
ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$dir/client_key"
cp "$dir/client_key.pub" "$dir/authorized_keys"
{ echo '#!/usr/bin/python3' && cat "$here/nvidia_smi.py"; } >"$dir/bin/nvidia-smi"
cat >"$dir/bin/sudo" <<'SUDO'
#!/bin/sh
here=$(dirname "$0")/..
[ "$1" = -n ] || { echo "sudo: a terminal is required to read the password" >&2; exit 1; }
shift
[ ! -e "$here/no-sudo" ] || { echo "sudo: a password is required" >&2; exit 1; }
exec "$@"
SUDO
cat >"$dir/bin/df" <<'DF'
#!/bin/sh
here=$(dirname "$0")/..
if [ -e "$here/df" ]; then exec cat "$here/df"; fi
exec /bin/df "$@"
DF
chmod 755 "$dir/bin/sudo" "$dir/bin/nvidia-smi" "$dir/bin/df"
echo "${GPUS:-[]}" >"$dir/gpus.json"
touch "$dir/nvidia-smi.calls"
chown "$user" "$dir/gpus.json" "$dir/nvidia-smi.calls" "$dir/home"
cat >"$dir/sshd_config" <<CONFIG
ListenAddress 127.0.0.1
Port $port
HostKey $dir/host_key
AuthorizedKeysFile $dir/authorized_keys
AllowUsers $user
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
SetEnv PATH=$dir/bin:/usr/bin:/bin
CONFIG
background "$dir" sshd /usr/sbin/sshd -D -e -f "$dir/sshd_config"
until_up 10 ssh-keyscan -p "$port" -t ed25519 127.0.0.1
echo "DIR=$dir"
echo "PORT=$port"
echo "USER_NAME=$user"

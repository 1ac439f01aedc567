#!/usr/bin/env bash
# A Docker Engine of its own on a unix socket (Debian packages: docker.io busybox-static iptables), as root. It changes
# nothing of the machine's network, and has one image, lab/busybox:1, that is made on the spot. With DATA=DIR a daemon
# that was killed goes on with its containers.
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = stop ]; then
  export DOCKER_HOST="unix://$2/docker.sock"
  timeout 60 sh -c 'docker ps -aq | xargs -r docker rm -f' >/dev/null 2>&1 || true
  pid=$(cat "$2/dockerd.pid")
  kill -TERM "$pid" 2>/dev/null || true
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  awk -v dir="$2/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n1 umount -l
  stop_dir "$2"
  exit
fi

dir=${DATA:-$(mktemp -d)}
mkdir -p "$dir/data" "$dir/exec" "$dir/home"
echo '{}' >"$dir/daemon.json"
rm -f "$dir/docker.sock" "$dir/daemon.pidfile"
background "$dir" dockerd dockerd --host "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root "$dir/exec" \
  --pidfile "$dir/daemon.pidfile" --config-file "$dir/daemon.json" --storage-driver="${STORAGE:-overlay2}" \
  --iptables=false --ip-forward=false --bridge=none
export DOCKER_HOST="unix://$dir/docker.sock" HOME="$dir/home"
until_up 60 docker version
if ! docker image inspect lab/busybox:1 >/dev/null 2>&1; then
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,etc,tmp,proc,dev,sys,root}
  cp /bin/busybox "$root/bin/"
  chroot "$root" /bin/busybox --install -s /bin
  echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
  tar -C "$root" -c . | docker import -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/bin' - lab/busybox:1 >/dev/null
  rm -rf "$root"
fi
echo "DIR=$dir"
echo "DOCKER_HOST=$DOCKER_HOST"

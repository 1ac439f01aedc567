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
# A daemon that was killed takes its containerd along, a moment later: a new one must not take that for one that runs.
if old=$(cat "$dir/exec/containerd/containerd.pid" 2>/dev/null); then
  for _ in $(seq 50); do
    kill -0 "$old" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$old" 2>/dev/null || true
  rm -f "$dir/exec/containerd/containerd.pid"
fi

# certificate NAME USAGE: a key and a certificate of our own authority, for 127.0.0.1
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
    -keyout "$dir/tls/$1.key" -out "$dir/tls/$1.csr" 2>/dev/null
  printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=%s\n' "$2" >"$dir/tls/$1.ext"
  openssl x509 -req -days 2 -in "$dir/tls/$1.csr" -CA "$dir/tls/ca.pem" -CAkey "$dir/tls/ca.key" -CAcreateserial \
    -extfile "$dir/tls/$1.ext" -out "$dir/tls/$1.pem" 2>/dev/null
}

if [ ! -d "$dir/tls" ]; then
  mkdir "$dir/tls"
  for name in ca stranger; do # two authorities that know nothing of each other
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" \
      -keyout "$dir/tls/$name.key" -out "$dir/tls/$name.pem" 2>/dev/null
  done
  certificate server serverAuth
  certificate client clientAuth
  free_port >"$dir/tls/port"
fi
tls=$(cat "$dir/tls/port")
background "$dir" dockerd dockerd --host "unix://$dir/docker.sock" --host "tcp://127.0.0.1:$tls" --tlsverify \
  --tlscacert "$dir/tls/ca.pem" --tlscert "$dir/tls/server.pem" --tlskey "$dir/tls/server.key" --data-root "$dir/data" --exec-root "$dir/exec" \
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
echo "TLS=$tls"

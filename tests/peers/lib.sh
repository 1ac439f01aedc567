# What the scripts of real outside systems share: ports, waiting until one answers, starting and stopping by pid.
# Sourced, not run. Each script knows two verbs:
#   NAME.sh start       prints DIR=… and KEY=VALUE lines once the system answers
#   NAME.sh stop DIR    stops what was started there, by its pid, and removes DIR
set -euo pipefail

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# answers URL: whether it answers 2xx now
answers() {
  python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$1"
}

# background DIR NAME COMMAND…: runs it in a session of its own; pid in DIR/NAME.pid, output in DIR/NAME.log
background() {
  local dir=$1 name=$2
  shift 2
  setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
  BACKGROUND_PID=$! BACKGROUND_DIR=$dir
  echo "$BACKGROUND_PID" >"$dir/$name.pid"
}

# until_up SECONDS COMMAND…: waits until COMMAND succeeds; on time-out or an early death shows the logs and cleans up
until_up() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$BACKGROUND_PID" 2>/dev/null; then
      echo "did not come up: $*" >&2
      tail -n 20 "$BACKGROUND_DIR"/*.log >&2 || true
      stop_dir "$BACKGROUND_DIR"
      return 1
    fi
    sleep 0.1
  done
}

# stop_dir DIR [SIGNAL]: SIGNAL (TERM) to every pid kept in DIR, KILL after ten seconds, then removes DIR
stop_dir() {
  local dir=$1 signal=${2:-TERM} file pid
  for file in "$dir"/*.pid; do
    [ -e "$file" ] || continue
    pid=$(head -n 1 "$file")
    kill -"$signal" "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$dir"
}

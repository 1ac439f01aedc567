#!/usr/bin/env bash
# Builds the image where no registry can be reached, and sees it run: not as root, read-only, through a restart and to a
# clean end. As root, with Docker and debootstrap; BASE names an image with Python 3.11 that is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

name=hydra-try-$$
base=${BASE:-}
made=
clean() {
  docker rm --force "$name" >/dev/null 2>&1 || true
  docker volume rm "$name" >/dev/null 2>&1 || true
  [ -z "$made" ] || rm -rf "$made"
}
trap clean EXIT

healthy() {
  for _ in $(seq 180); do
    [ "$(docker inspect --format '{{.State.Health.Status}}' "$name")" != healthy ] || return 0
    sleep 1
  done
  docker logs "$name"
  return 1
}

if [ -z "$base" ]; then
  base=hydra-base:bookworm made=$(mktemp -d)
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$made" >/dev/null
  tar -C "$made" -c . | docker import - "$base" >/dev/null
fi
docker build --quiet --network host --build-arg "PYTHON=$base" --tag hydra .

docker run --detach --name "$name" --network none --volume "$name:/data" --read-only --tmpfs /tmp --cap-drop ALL \
  --security-opt no-new-privileges --init hydra >/dev/null
healthy
[ "$(docker exec "$name" id -u)" = 8700 ]
docker exec "$name" hydra doctor
docker exec "$name" hydra queue add docs.api --title "before the restart" --watch >/dev/null
docker restart --time 60 "$name" >/dev/null
healthy
docker exec "$name" hydra queue list | grep "before the rest"
docker stop --time 60 "$name" >/dev/null
[ "$(docker inspect --format '{{.State.ExitCode}}' "$name")" = 0 ]
docker image inspect --format 'It works; the image has {{.Size}} bytes.' hydra

# Hydra in a container. Everything it keeps is in the volume /data; all else may be read-only.
#   docker build -t hydra . && docker run -p 127.0.0.1:8700:8700 -v hydra:/data hydra
# The sign-in link is in `docker logs`. See examples/compose.yaml for a container that runs for months.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python3 -m venv tools && tools/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock
# Nothing is installed once Hydra runs, so its environment has no pip.
RUN python3 -m venv --without-pip /opt/hydra \
 && tools/bin/pip --python /opt/hydra/bin/python install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY docs/guides docs/guides
COPY examples/backlog.md examples/backlog.md
RUN tools/bin/python -m hatchling build --target wheel \
 && tools/bin/pip --python /opt/hydra/bin/python install --no-cache-dir --no-deps dist/*.whl

FROM ${PYTHON}
# pg_dump makes the backups where the database is Postgres.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 8700 hydra \
 && useradd --uid 8700 --gid hydra --home-dir /data --no-create-home --shell /usr/sbin/nologin hydra \
 && install --directory --owner hydra --group hydra --mode 0700 /data /data/backups
COPY --from=build /opt/hydra /opt/hydra
ENV PATH=/opt/hydra/bin:$PATH HYDRA_DATA_DIR=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER hydra
WORKDIR /data
VOLUME /data
EXPOSE 8700
STOPSIGNAL SIGTERM
# Asked where it says that it listens, so another HYDRA_PORT is right too, and never through a proxy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import json, os, urllib.request as u; \
  server = json.load(open(os.environ['HYDRA_DATA_DIR'] + '/server.json')); \
  u.build_opener(u.ProxyHandler({})).open(server['url'] + '/healthz', timeout=4)"]
CMD ["hydra", "up", "--host", "0.0.0.0"]

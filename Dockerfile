# Hydra in a container. Everything it keeps is in the volume /data; all else may be read-only.
#   docker build -t hydra . && docker run -p 127.0.0.1:8700:8700 -v hydra:/data hydra
# The sign-in link is in `docker logs`. See examples/compose.yaml for a container that runs for months.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python3 -m venv /opt/hydra && /opt/hydra/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
RUN python3 -m venv tools && tools/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY docs/guides docs/guides
COPY examples/backlog.md examples/backlog.md
RUN tools/bin/python -m hatchling build --target wheel && /opt/hydra/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM ${PYTHON}
# pg_dump makes the backups where the database is Postgres.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 8700 --user-group --home-dir /data --no-create-home hydra \
 && install --directory --owner hydra --group hydra --mode 0700 /data
COPY --from=build /opt/hydra /opt/hydra
ENV PATH=/opt/hydra/bin:$PATH HYDRA_DATA_DIR=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER hydra
WORKDIR /data
VOLUME /data
EXPOSE 8700
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8700/healthz', timeout=4)"]
CMD ["hydra", "up", "--host", "0.0.0.0"]

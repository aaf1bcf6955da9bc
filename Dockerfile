# SIKPRO as an image; docs/operations.md (Image) tells how to run it, compose.yaml is an example with PostgreSQL.
# What is copied into the last stage is 190 MB unpacked: tests/integration/test_image.py measures SIKPRO's share of it.

FROM python:3.11-slim-bookworm AS build
# binutils has strip. Of postgresql-client, which brings Perl, the image gets the two programs that backups use.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends binutils postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements/image.txt requirements/
RUN python -m venv --without-pip /opt/sikpro \
    && python -m pip --python /opt/sikpro/bin/python install --no-cache-dir --no-compile --require-hashes -r requirements/image.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY deploy/prune_image.py deploy/
RUN python -m pip --python /opt/sikpro/bin/python install --no-cache-dir --no-compile --no-deps --no-build-isolation . \
    && python deploy/prune_image.py /opt/sikpro/lib/python3.11/site-packages

FROM python:3.11-slim-bookworm AS trimmed
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man \
    && groupadd --gid 10001 sikpro \
    && useradd --uid 10001 --gid sikpro --no-create-home --home-dir /data --shell /usr/sbin/nologin sikpro \
    && install -d -m 0700 -o sikpro -g sikpro /data /backup
WORKDIR /usr/local/lib/python3.11
RUN rm -rf ensurepip idlelib lib2to3 pydoc_data tkinter turtledemo site-packages
COPY --from=build /usr/lib/postgresql/15/bin/pg_dump /usr/lib/postgresql/15/bin/pg_restore /usr/local/bin/
COPY --from=build /opt/sikpro /opt/sikpro

# All in one layer: what a later layer removes would stay in the image. What the base image sets is set again below.
FROM scratch
# hadolint ignore=DL3067
COPY --from=trimmed / /
# Without a place for compiled modules each photo and each table would compile SIKPRO anew: the root is read-only.
ENV PATH=/opt/sikpro/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONPYCACHEPREFIX=/tmp/pycache \
    SIKPRO_DATA=/data \
    SIKPRO_HOST=0.0.0.0 \
    SIKPRO_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/backup"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["sikpro", "healthy"]
ENTRYPOINT ["sikpro"]
CMD ["serve", "--migrate"]

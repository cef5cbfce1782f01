# The packages are installed in one stage; the other has them, our code, and no installer's leftovers.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/playground \
    && /opt/playground/bin/pip install --no-cache-dir --no-input --disable-pip-version-check -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
# the local models' runtime computes with it
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --user-group --create-home playground \
    && install -d -o playground -g playground -m 700 /data
COPY --from=packages /opt/playground /opt/playground
WORKDIR /app
COPY LICENSE NOTICE app.py ./
COPY playground playground
ENV PATH=/opt/playground/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/data/cache \
    PLAYGROUND_HOST=0.0.0.0 \
    PLAYGROUND_DATA_DIR=/data
USER playground
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ.get(\"PLAYGROUND_PORT\") or 7860}/healthz', timeout=4)"]
ENTRYPOINT ["python", "app.py"]

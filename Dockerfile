# One image for all processes; compose.yaml says which command each container runs.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libmariadb-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
COPY requirements.txt /tmp/
RUN /venv/bin/pip install --no-cache-dir -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin caa \
    && install -d -o caa -g caa /dumps
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PROFILE=production VAR_DIR=/tmp/caa WEB_ADDRESS=0.0.0.0
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# The key is of no use to anybody: it lives for this one command. A running container must be given its own.
RUN SECRET_KEY=for-collecting-static-files-only python manage.py collectstatic --noinput \
      -i '*.map' -i '*.dev.js' -i commons.js -i demo.js -i '*_test*.js' -i widgetbundle.js \
    && python -m compileall -q . && rm -rf /tmp/caa
USER caa
EXPOSE 8000
CMD ["gunicorn", "alerts_site.wsgi"]

# One image for web, live, worker and beat; what they need besides is in the environment (docs/deployment.md).
# In the first stage what is installed and made; the second has that, the code, and no tool to build with.
FROM python:3.11-slim AS made

ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt requirements-understanding.txt requirements-planning.txt requirements-live.txt \
    requirements-saml.txt requirements-sentry.txt requirements-sheets.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt -r requirements-understanding.txt \
    -r requirements-planning.txt -r requirements-live.txt -r requirements-saml.txt -r requirements-sentry.txt \
    -r requirements-sheets.txt \
    && pip uninstall --yes pip

COPY . .
# Commands read the settings, which ask for these; nothing of it stays in the image.
RUN SECRET_KEY=only-while-building DATABASE_URL=postgresql://localhost/none sh -c "python manage.py build_fonts && python manage.py build_icons"
# Each process would compile all of it anew: the second stage may write nothing. pip has compiled the packages.
RUN python -m compileall -q --invalidation-mode unchecked-hash /app

FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data PATH=/venv/bin:$PATH
RUN useradd --system --uid 10001 --home-dir /app app && install -d -o app -g app /data
COPY --from=made /venv /venv
COPY --from=made /app /app
WORKDIR /app
USER app

VOLUME /data
EXPOSE 8000
# Of web. Whatever runs another process says how that one is asked.
HEALTHCHECK --interval=10s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8000/healthz/ready', timeout=5)"]
CMD ["gunicorn", "mentoring.wsgi", "--config", "python:mentoring.gunicorn", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]

# One image for web, live, worker and beat; what they need besides is in the environment (docs/deployment.md).
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data

RUN useradd --system --uid 10001 --home-dir /app app && install -d -o app -g app /app /data
WORKDIR /app

COPY requirements.txt requirements-understanding.txt requirements-planning.txt requirements-live.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt -r requirements-understanding.txt \
    -r requirements-planning.txt -r requirements-live.txt

COPY --chown=app:app . .
USER app

# Commands read the settings, which ask for these; nothing of it stays in the image.
RUN SECRET_KEY=only-while-building DATABASE_URL=postgresql://localhost/none sh -c "python manage.py build_fonts && python manage.py build_icons"

VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "mentoring.wsgi", "--config", "python:mentoring.gunicorn", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]

# One image for web, workers and scheduler; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt requirements-node.txt package.json package-lock.json .npmrc ./
COPY launch launch
COPY static/img/icons.txt static/img/icons.txt
RUN python3 -m launch setup
COPY . .
RUN SAMPAN_DATA=/tmp/build .venv/bin/python -m launch.inside --build && rm -rf node_modules build/node build/home

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home sampan && install -d -o sampan -g sampan -m 700 /data
COPY --from=build /app /app
WORKDIR /app
USER sampan
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 SAMPAN_DATA=/data
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "erp.wsgi:application", "--config", "python:erp.web", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "8"]

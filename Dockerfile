FROM python:3.11-slim-bookworm

# Where pip looks; a CPU build of torch keeps the image small on machines without a GPU.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1 \
    SMARTIMG_CACHE=/srv/smartimg/var/cache \
    PATH=/srv/smartimg/.venv/bin:$PATH

WORKDIR /srv/smartimg

# The same pins, installed by the same program, as ./run on a laptop.
COPY pyproject.toml requirements.lock ./
COPY smartimg/setup smartimg/setup
RUN python smartimg/setup/environment.py

COPY . .
RUN SMARTIMG_SECRET_KEY=only-for-collecting python manage.py collectstatic --no-input \
    && useradd --system --uid 10001 --home-dir /srv/smartimg smartimg \
    && mkdir -p var/cache \
    && chown -R smartimg:smartimg var

USER 10001
EXPOSE 8000

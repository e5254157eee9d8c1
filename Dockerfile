# syntax=docker/dockerfile:1

# Mapreel, API and worker in one image: `docker build -t mapreel .`

FROM rust:1-bookworm AS build
# g++ comes with the image; nasm makes the H.264 encoder faster.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends nasm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Strips line tables from the program, and keeps the names of functions for stack traces.
ENV CARGO_PROFILE_RELEASE_STRIP=debuginfo
ARG TARGETPLATFORM
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,id=mapreel-target-${TARGETPLATFORM},sharing=locked \
    cargo build --release --locked -p mapreel \
 && install -D target/release/mapreel /out/mapreel

# It has a shell, because a profile of the AWS files may name a `credential_process`, and the Noto fonts, because a title may have any script.
FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 mapreel \
 && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /var/lib/mapreel \
            --shell /usr/sbin/nologin mapreel \
 && install -d -o 10001 -g 10001 /var/lib/mapreel
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/mapreel/
COPY --from=build /out/mapreel /usr/local/bin/mapreel

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Mapreel" \
      org.opencontainers.image.description="Maps that move: a description of a map in, an image or an animation out" \
      org.opencontainers.image.source="https://github.com/mapreel/mapreel" \
      org.opencontainers.image.documentation="https://github.com/mapreel/mapreel/blob/main/docs/OPERATIONS.md" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"

# API and worker listen at the same port, each in its own container, so that both have the same health check.
ENV HOME=/var/lib/mapreel \
    MAPREEL_LISTEN=0.0.0.0:5005 \
    MAPREEL_WORKER_LISTEN=0.0.0.0:5005 \
    MAPREEL_STORE=sqlite:/var/lib/mapreel/jobs.db \
    MAPREEL_ARTIFACTS=file:/var/lib/mapreel/artifacts
WORKDIR /var/lib/mapreel
USER 10001:10001
EXPOSE 5005
# The program begins to listen when the store answers; it waits up to 60 s for the store.
HEALTHCHECK --interval=10s --timeout=5s --start-period=70s --retries=6 CMD ["mapreel", "health"]
ENTRYPOINT ["mapreel"]
CMD ["serve"]

# Image with the program, its libraries and the certificate authorities, and nothing else. It runs as a user
# without rights. To chart the engine of this machine, give it the socket and the socket's group:
#
#   docker build --tag portolan .
#   docker run --rm --interactive --tty --volume /var/run/docker.sock:/var/run/docker.sock \
#     --group-add "$(stat --format %g /var/run/docker.sock)" portolan
#
# On ECS it uses the credentials of the task's role.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates
WORKDIR /source
COPY . .
ARG PORTOLAN_COMMIT=
RUN PORTOLAN_COMMIT="$PORTOLAN_COMMIT" cargo build --release --locked && scripts/container-root /image

FROM scratch
COPY --from=build /image /
USER 65532:65532
ENV HOME=/home/portolan TERM=xterm-256color
ENTRYPOINT ["/usr/bin/portolan"]

# SPDX-License-Identifier: BSD-2-Clause
#
# Everything in the lab that is no PoP's server: routers (BIRD, FRR), the RPKI validator, vantage points. Needs the
# image `anyns`, for the probe; docker/lab up builds both.
ARG BASE=debian:bookworm-slim
ARG ANYNS=anyns

FROM ${ANYNS} AS anyns

FROM ${BASE}
RUN apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
        bind9-dnsutils bind9-utils bird2 frr iproute2 libev4 libfyaml0 libjansson4 libldns3 liburcu8 stayrtr \
    && rm -rf /var/lib/apt/lists/* \
    && usermod -a -G frrvty root
COPY --from=anyns /usr/sbin/anyns /usr/sbin/anyns

# A Koinon node: Node runs the TypeScript sources as they are, so there is nothing to build but the dependencies.
#   docker build -t koinon .
#   docker run --env-file .env -p 127.0.0.1:8000:8000 -v koinon-data:/var/lib/koinon koinon

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded PostgreSQL is left in: an image without DATABASE_URL is a whole node.
# Not `npm ci`, which wants the optional packages of every system in the lock file; versions are exact either way.
RUN npm install --omit=dev --no-save && npm cache clean --force

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Koinon" \
      org.opencontainers.image.description="A federated participation network for cities" \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/var/lib/koinon
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE README.md ./
COPY migrations ./migrations
COPY src ./src
COPY federation ./federation
COPY scripts ./scripts
RUN mkdir /var/lib/koinon && chown node:node /var/lib/koinon && chmod 700 /var/lib/koinon
USER node
VOLUME /var/lib/koinon
EXPOSE 8000
# A worker (ROLE=worker) does not listen: give it `--no-healthcheck`.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=256", "src/main.ts"]

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CuepointError } from '@cuepoint/core';
import { sendTraktFailure } from '@cuepoint/trakt';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import { AnswerOrder } from '../http/answer-order.ts';
import { badUrlError } from '../http/bad-url.ts';
import { createClientErrorHandler } from '../http/client-error.ts';
import { requireLocalCaller } from '../http/development-guard.ts';
import { meetExpectations } from '../http/expectations.ts';
import { handleError, toKnownError } from '../http/error-handler.ts';
import { answerUnknownRoutes } from '../http/not-found.ts';
import { observeEarlyAnswer } from '../http/observe-answers.ts';
import { endStuckPeers } from '../http/stuck-peers.ts';
import { createPeerAddresses } from '../http/peer-address.ts';
import { statusOfCode } from '../http/problem.ts';
import { boundPlainConnections } from '../http/plain-connections.ts';
import { traceIdOf } from '../http/trace-id.ts';
import {
  BODY_BYTES_MAX,
  HEAD_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  PATH_ID_LENGTH_MAX,
  PLAIN_CONNECTIONS_MAX,
  PLAIN_CONNECTIONS_PER_ADDRESS_MAX,
  REQUEST_TIMEOUT_MS,
  STALLED_TIMEOUT_MS,
  TIMEOUT_CHECK_INTERVAL_MS,
} from '../limits.ts';
import { isTraktUrl, traktUrl } from '../trakt/trakt-mount.ts';
import { addService, API_PREFIX, watchScope } from './cuepoint-plugin.ts';
import type { ServiceParts } from './parts.ts';

export interface CreateAppOptions {
  readonly parts: ServiceParts;
  readonly logger: FastifyBaseLogger;
  /** For tests; the documented ones by default. */
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** True once the service takes no new request. */
  readonly isStopping: () => boolean;
}

/** What a connection may take. [SEC3] */
export interface ConnectionLimits {
  readonly headTimeoutMs: number;
  readonly stalledTimeoutMs: number;
  readonly checkIntervalMs: number;
  /** Besides the live sockets. */
  readonly plainMax: number;
  readonly plainPerAddressMax: number;
}

const CONNECTION_LIMITS: ConnectionLimits = {
  headTimeoutMs: HEAD_TIMEOUT_MS,
  stalledTimeoutMs: STALLED_TIMEOUT_MS,
  checkIntervalMs: TIMEOUT_CHECK_INTERVAL_MS,
  plainMax: PLAIN_CONNECTIONS_MAX,
  plainPerAddressMax: PLAIN_CONNECTIONS_PER_ADDRESS_MAX,
};

const STOPPING_RETRY_AFTER_MS = 1_000;

/** A server of its own around the plugin, not listening yet. */
export async function createApp({
  parts,
  logger,
  isStopping,
  connectionLimits,
}: CreateAppOptions): Promise<FastifyInstance> {
  const limits = { ...CONNECTION_LIMITS, ...connectionLimits };
  const { trakt } = parts;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: ({ headers: { traceparent } }) =>
      traceIdOf(typeof traceparent === 'string' ? traceparent : undefined, randomUUID),
    bodyLimit: BODY_BYTES_MAX,
    // Node would answer with an empty body; the hook below answers as a problem.
    http: {
      requireHostHeader: false,
      headersTimeout: limits.headTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
    },
    connectionTimeout: limits.stalledTimeoutMs,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Before the router, which tells paths apart by each slash.
    rewriteUrl: (raw: IncomingMessage) => traktUrl(trakt, raw),
    routerOptions: { maxParamLength: PATH_ID_LENGTH_MAX },
    // The hook below answers while stopping, as a problem.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => {
      observeEarlyAnswer(parts.metrics, request, reply);
      const fault = faultOf(request);
      if (isTraktUrl(trakt, request.raw)) {
        const error = toKnownError(fault);
        sendTraktFailure(reply, error, statusOfCode(error.code));
      } else handleError(fault, request, reply);
    },
    clientErrorHandler: (error, socket) => handleClientError(error, socket),
  });
  const answerOrder = new AnswerOrder(app.server);
  const handleClientError = createClientErrorHandler(answerOrder);
  meetExpectations(app.server);
  endStuckPeers(app, answerOrder);
  app.server.maxConnections = parts.live.socketsMax + limits.plainMax;
  const addresses = createPeerAddresses(parts.live.trustedProxies ?? []);
  const onUpgraded = boundPlainConnections(
    app.server,
    addresses,
    answerOrder,
    limits.plainPerAddressMax,
  );
  app.server.on('drop', () => app.server.closeIdleConnections());
  app.setErrorHandler(handleError);
  // A connection that is kept alive would hold the stop until the client lets go.
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping()) void reply.header('connection', 'close');
  });
  app.addHook('onRequest', async () => {
    if (!isStopping()) return;
    throw new CuepointError('shutting_down', 'The service is about to stop.', {
      retryAfterMs: STOPPING_RETRY_AFTER_MS,
    });
  });
  watchScope(app, parts);
  app.addHook('onRequest', async ({ raw, headers }) => {
    if (headers.host !== undefined || raw.httpVersion !== '1.1') return;
    throw new CuepointError('invalid_request', 'HTTP/1.1 needs a Host header.', { field: 'Host' });
  });
  answerUnknownRoutes(app);
  await app.register(async (scope) => addService(scope, parts, { answerOrder, onUpgraded }));
  return app;

  // The router refused the URL before any hook ran.
  function faultOf(request: FastifyRequest): unknown {
    try {
      if (parts.development !== undefined) requireLocalCaller(request.raw, parts.corsOrigins);
      return badUrlError(request.url, API_PREFIX);
    } catch (refusal) {
      return refusal;
    }
  }
}

import cors from '@fastify/cors';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { callerOf, createAuthenticate } from '../auth/authenticate.ts';
import { serveConsole, type AnswerPage, type ConsoleAudience } from '../console/serve-console.ts';
import { guardDevelopmentMode } from '../http/development-guard.ts';
import { handleError } from '../http/error-handler.ts';
import { AnswerOrder } from '../http/answer-order.ts';
import { compressAnswers } from '../http/compress-answers.ts';
import { acceptJsonBodies } from '../http/json-body.ts';
import { observeAnswers } from '../http/observe-answers.ts';
import { keepAnswersPrivate } from '../http/private-answers.ts';
import { describeApi } from '../http/openapi.ts';
import { compileValidator } from '../http/validation.ts';
import { addHooksApi } from '../hooks/hooks-api.ts';
import { createLiveServer, type LiveServer } from '../live/live-server.ts';
import { attachUpgrades, type UpgradeOptions } from '../live/upgrades.ts';
import { addCatalogueRoutes } from '../routes/catalogue.ts';
import { addCommandRoutes } from '../routes/commands.ts';
import { addContinueWatchingRoutes } from '../routes/continue-watching.ts';
import { addDevelopmentTokenRoute } from '../routes/development-token.ts';
import { addDeviceRoutes } from '../routes/devices.ts';
import { addHealthRoute, addProbeRoutes } from '../routes/health.ts';
import { addHistoryRoutes } from '../routes/history.ts';
import { addHookRoutes, type HookRouteDeps } from '../routes/hooks.ts';
import { addImportRoutes } from '../routes/imports.ts';
import { addInspectorRoutes } from '../routes/inspector.ts';
import { addLiveRoute } from '../routes/live.ts';
import { addMatchingRoutes } from '../routes/matching.ts';
import { addOperationRoutes } from '../routes/operation.ts';
import { addProgressRoutes } from '../routes/progress.ts';
import { addRegisterRoutes } from '../routes/registers.ts';
import { addSyncRoutes } from '../routes/sync.ts';
import { addUserRoutes } from '../routes/user.ts';
import { addWatchlistRoutes } from '../routes/watchlist.ts';
import { addTraktApi } from '../trakt/trakt-api.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import { addAccountApi, addOAuthApi } from './account-api.ts';
import { countRows } from './count-rows.ts';
import { keepForOperators } from './operator-listener.ts';
import type { ServiceParts } from './parts.ts';
import { withRegisterQuota } from './register-quota.ts';
import { createRowQuota, type RowQuota } from './row-quota.ts';
import { createUserRates, requireRate, type UserRates } from './user-rates.ts';
import { createWorkTurns, type WorkTurns } from './work-turns.ts';

export interface CuepointPluginOptions {
  readonly parts: ServiceParts;
}

/** What one user may have. */
interface UserBounds {
  readonly inTurn: WorkTurns;
  readonly rates: UserRates;
  readonly quota: RowQuota;
}

/** What a server knows of its connections that has nothing but the service. */
interface ServerOfOwn {
  readonly answerOrder?: AnswerOrder;
  readonly onUpgraded?: UpgradeOptions['onUpgraded'];
}

export const API_PREFIX = '/api/v1';

/** The API over parts that are open: what `cuepoint` and a server of our own mount. Everything stays in its scope. */
export const cuepointPlugin: FastifyPluginAsync<CuepointPluginOptions> = async (app, { parts }) => {
  watchScope(app, parts);
  await addService(app, parts);
};

/** Observes and guards every answer of a scope, also those that no route gives. [SEC2] */
export function watchScope(
  app: FastifyInstance,
  { metrics, development, corsOrigins }: ServiceParts,
): void {
  observeAnswers(app, metrics);
  keepAnswersPrivate(app);
  if (development !== undefined) guardDevelopmentMode(app, corsOrigins);
}

/** The routes, in a scope that is watched. */
export async function addService(
  app: FastifyInstance,
  given: ServiceParts,
  { answerOrder = new AnswerOrder(app.server), onUpgraded }: ServerOfOwn = {},
): Promise<void> {
  const monotonic = given.monotonic ?? (() => performance.now());
  const rates = createUserRates(given.rateLimit, monotonic);
  const parts = { ...given, repository: countRows(given.repository, rates.rows) };
  app.setErrorHandler(handleError);
  app.setValidatorCompiler(compileValidator);
  // The schemas of answers document them; they are built from typed values.
  app.setSerializerCompiler(() => JSON.stringify);
  const inTurn = createWorkTurns({ now: monotonic, atEndOfTurn: setImmediate });
  acceptJsonBodies(app, {
    onBody({ caller }, bytes) {
      if (caller !== null) rates.bytes.add(caller.userId, bytes);
    },
    inTurn: ({ caller, ip }, parse) => inTurn(caller?.userId ?? ip, parse),
  });
  app.decorateRequest('caller', null);
  await allowOrigins(app, parts.corsOrigins);
  await describeApi(app);

  const open = app.withTypeProvider<TypeBoxTypeProvider>();
  addProbeRoutes(open, parts);
  // The pages of people are for everybody, those of developers and operators for operators.
  const answerPage = parts.accounts === undefined ? undefined : await addConsole(app, parts);
  await app.register(async (inside) => {
    keepForOperators(inside, parts.operators);
    const answerHere = parts.accounts === undefined ? await addConsole(inside, parts) : answerPage;
    addOperatorRoutes(inside, parts, answerHere);
  });
  const { development } = parts;
  if (development !== undefined) addDevelopmentTokenRoute(open, { development });

  const quotaDeps = { ...parts, now: monotonic };
  const quota = withRegisterQuota(createRowQuota(quotaDeps, parts.rowsPerUser), quotaDeps);
  const live = openLive(app, parts, { rates, quota, inTurn });
  const writes: WriteDeps = {
    ...parts,
    persistence: live.persistence,
    quota,
    inTurn,
    countOp: (kind, result) => parts.metrics.countOp(kind, result),
    timeAck: () => parts.metrics.timeAck(),
  };
  const hookRoutes = await addHooksApi(app, { parts, writes, rates });
  const { accounts, trakt, numbers } = parts;
  const { trustedProxies } = parts.live;
  const household =
    accounts === undefined
      ? undefined
      : { ...parts, accounts, live, rates, trustedProxies, hookRoutes };
  if (household !== undefined) {
    await app.register(async (root) => addOAuthApi(root, household));
  }
  if (trakt !== undefined) {
    await addTraktApi(app, { parts, mount: trakt, numbers, writes, rates, live });
  }
  await app.register(
    async (api) => {
      attachUpgrades(api, live, {
        path: `${api.prefix}/ws`,
        guardedOrigins: development === undefined ? undefined : parts.corsOrigins,
        newTraceId: parts.randomUuid,
        answerOrder,
        onUpgraded,
      });
      addLiveRoute(api.withTypeProvider<TypeBoxTypeProvider>());
      if (household !== undefined) {
        await api.register(async (own) => addAccountApi(own, household));
      }
      await api.register(async (authenticated) =>
        addApi(authenticated, parts, { live, rates, writes, hookRoutes }),
      );
    },
    { prefix: API_PREFIX },
  );
}

/** In development mode `/` stays the playground. */
function audienceOf({ accounts, development }: ServiceParts): ConsoleAudience {
  if (accounts === undefined) return 'developers';
  return development === undefined ? 'people' : 'both';
}

async function addConsole(
  app: FastifyInstance,
  parts: ServiceParts,
): Promise<AnswerPage | undefined> {
  return parts.console && serveConsole(app, parts.console, audienceOf(parts));
}

function addOperatorRoutes(
  app: FastifyInstance,
  parts: ServiceParts,
  answerPage: AnswerPage | undefined,
): void {
  const open = app.withTypeProvider<TypeBoxTypeProvider>();
  addHealthRoute(open, {
    health: parts.health,
    isDevelopment: parts.development !== undefined,
    answerPage,
  });
  addOperationRoutes(open, parts.metrics);
}

/** The live sessions of this app: they begin and end with it. */
function openLive(app: FastifyInstance, parts: ServiceParts, bounds: UserBounds): LiveServer {
  const { metrics, live: options, devicesPerUser, accounts } = parts;
  const live = createLiveServer(
    {
      ...parts,
      ...bounds,
      signIns: accounts?.signIns,
      countOp: (kind, result) => metrics.countOp(kind, result),
      timeAck: () => metrics.timeAck(),
      observer: metrics.liveObserver,
      log: app.log,
    },
    { ...options, devicesPerUser },
  );
  metrics.sampleLive(() => live.stats());
  parts.onStaleDevices((devices) => live.wentStale(devices));
  app.addHook('onReady', async () => live.start());
  // Before the server waits for its connections: these end only when they are told to. [LIV5]
  app.addHook('preClose', async () => live.stop(parts.stopTimeoutMs));
  return live;
}

async function addApi(
  app: FastifyInstance,
  parts: ServiceParts,
  {
    live,
    rates,
    writes: deps,
    hookRoutes,
  }: {
    readonly live: LiveServer;
    readonly rates: UserRates;
    readonly writes: WriteDeps;
    readonly hookRoutes: HookRouteDeps;
  },
): Promise<void> {
  await compressAnswers(app);
  const countRefused = ({ ip }: FastifyRequest) => requireRate(rates.refusedTokens.take(ip));
  app.addHook('onRequest', createAuthenticate({ ...parts, countRefused }));
  // Before the body is read: one user's flood costs no other user.
  app.addHook('onRequest', async (request) => {
    const { userId } = callerOf(request);
    requireRate(rates.bytes.check(userId) ?? rates.requests.take(userId));
    if (request.method === 'GET') requireRate(rates.rows.check(userId));
  });
  const { persistence } = live;
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  addWatchlistRoutes(api, deps);
  addProgressRoutes(api, deps);
  addDeviceRoutes(api, { ...parts, persistence });
  addCommandRoutes(api, { commands: live.commands, repository: parts.repository });
  addSyncRoutes(api, { ...deps, rates });
  addContinueWatchingRoutes(api, { ...deps, rates });
  addHistoryRoutes(api, { ...deps, rates });
  addRegisterRoutes(api, { ...deps, rates });
  addHookRoutes(api, hookRoutes, {
    prefix: '/hooks',
    params: {},
    userOf: async (request) => callerOf(request).userId,
    documented: { tags: ['hooks'] },
    suffix: '',
  });
  addCatalogueRoutes(api, { ...parts, rates });
  await app.register(async (files) =>
    addImportRoutes(files.withTypeProvider<TypeBoxTypeProvider>(), deps),
  );
  addMatchingRoutes(api, { ...deps, rates });
  await app.register(async (inside) => {
    keepForOperators(inside, parts.operators);
    addInspectorRoutes(inside.withTypeProvider<TypeBoxTypeProvider>(), {
      ...parts,
      inspection: live.inspection,
    });
  });
  addUserRoutes(api, { ...parts, onErased: (userId) => live.erased(userId) });
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'PUT', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'x-device-id', 'traceparent'],
    exposedHeaders: ['retry-after', 'x-trace-id'],
    maxAge: 600,
  });
}

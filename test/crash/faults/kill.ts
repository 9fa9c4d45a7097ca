import { setTimeout as pause } from 'node:timers/promises';
import type { StagedPostgres } from '../stage.ts';
import { tell } from './tell.ts';
import {
  between,
  instanceOf,
  natsOf,
  pick,
  postgresOf,
  type Scene,
  type Strike,
} from '../scenario.ts';

const RECOVERY_TIMEOUT_MS = 60_000;
const RECOVERY_EVERY_MS = 100;
/** Longest time that something is away before it is started again, in ms. */
const AWAY_MS = 300;
/** Between the deaths of two that die together, at most. */
const BETWEEN_MS = 400;
const ACKS_WITHOUT_NATS = 60;

export async function killService(scene: Scene): Promise<Strike> {
  const instance = instanceOf(scene);
  await instance.kill();
  await pause(between(scene.random, 0, AWAY_MS));
  return { what: 'SIGKILL to the service', mend: () => instance.startAgain() };
}

/** The postmaster dies; its children notice, and everything that was in memory is gone. */
export async function killPostmaster(scene: Scene): Promise<Strike> {
  const { server, start } = postgresOf(scene);
  await server.kill();
  await pause(between(scene.random, 0, AWAY_MS));
  return { what: 'SIGKILL to the postmaster', mend: () => start() };
}

/** One backend dies: the postmaster ends all others, recovers from the log and goes on by itself. */
export async function killBackend(scene: Scene): Promise<Strike> {
  const { withClient } = postgresOf(scene);
  const backends = await withClient(async (client) => {
    const { rows } = await client.query<{ readonly pid: number }>(
      `select pid from pg_stat_activity where application_name = 'cuepoint' and backend_type = 'client backend'`,
    );
    return rows;
  });
  // A service that has only just lost its database may have no connection yet.
  if (backends.length > 0) tell(pick(scene.random, backends).pid, 'SIGKILL');
  return { what: 'SIGKILL to a backend', mend: () => takesQueries(withClient) };
}

/** Resolves once the server has recovered by itself. */
async function takesQueries(withClient: StagedPostgres['withClient']): Promise<void> {
  const endMs = performance.now() + RECOVERY_TIMEOUT_MS;
  for (;;) {
    try {
      return await withClient(async (client) => void (await client.query('select 1')));
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await pause(RECOVERY_EVERY_MS);
    }
  }
}

/**
 * One of them dies a moment after the other: a service that acknowledged what its database never got takes the only
 * other copy with it.
 */
export async function killBoth(scene: Scene): Promise<Strike> {
  const { random } = scene;
  const instance = instanceOf(scene);
  const { server, start } = postgresOf(scene);
  const [first, second] =
    random() < 0.5 ? ([instance, server] as const) : ([server, instance] as const);
  const betweenMs = between(random, 0, BETWEEN_MS);
  await first.kill();
  await pause(betweenMs);
  await second.kill();
  await pause(between(random, 0, AWAY_MS));
  return {
    what: `SIGKILL to ${first === instance ? 'the service, then' : 'the postmaster, then'} the other ${betweenMs} ms later`,
    mend: async () => void (await Promise.all([start(), instance.startAgain()])),
  };
}

/** No write waits for the feed: it goes on without. */
export async function killNats(scene: Scene): Promise<Strike> {
  const { server } = natsOf(scene);
  await server.kill();
  await scene.awaitAcks(ACKS_WITHOUT_NATS);
  return {
    what: `SIGKILL to NATS, ${ACKS_WITHOUT_NATS} acks without it`,
    mend: () => server.start(),
  };
}

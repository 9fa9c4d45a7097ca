import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tell } from './tell.ts';
import { between, instanceOf, postgresOf, type Scene, type Strike } from '../scenario.ts';

/** Past the 4 s after which a client gives up an answer, or not; and the 2 s of the service's ack timeout. */
const SERVICE_MS = { min: 1_000, max: 5_500 };
const POSTGRES_MS = { min: 1_000, max: 4_000 };

export async function suspendService(scene: Scene): Promise<Strike> {
  const instance = instanceOf(scene);
  const durationMs = between(scene.random, SERVICE_MS.min, SERVICE_MS.max);
  instance.suspend();
  await pause(durationMs);
  return {
    what: `SIGSTOP to the service for ${durationMs} ms`,
    mend: async () => instance.resume(),
  };
}

export async function suspendPostgres(scene: Scene): Promise<Strike> {
  const { server, withClient } = postgresOf(scene);
  const durationMs = between(scene.random, POSTGRES_MS.min, POSTGRES_MS.max);
  const [postmaster = ''] = (
    await readFile(path.join(server.dataDir, 'postmaster.pid'), 'utf8')
  ).split('\n');
  // The postmaster first: it makes no more of them then.
  const stopped = [Number(postmaster)];
  await withClient(async (client) => {
    process.kill(Number(postmaster), 'SIGSTOP');
    const { rows } = await client.query<{ readonly pid: number }>(
      'select pid from pg_stat_activity where pid <> pg_backend_pid()',
    );
    for (const { pid } of rows) if (tell(pid, 'SIGSTOP')) stopped.push(pid);
  });
  await pause(durationMs);
  return {
    what: `SIGSTOP to the ${stopped.length} processes of PostgreSQL for ${durationMs} ms`,
    mend: async () => {
      for (const pid of stopped) tell(pid, 'SIGCONT');
    },
  };
}

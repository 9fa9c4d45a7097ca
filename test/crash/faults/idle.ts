import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { API_PREFIX, mintToken } from '@cuepoint/server';
import { BrokenPromise } from '../check-round.ts';
import { instanceOf, type Scene, type Strike } from '../scenario.ts';
import { SECRET } from '../stage.ts';

/** Longer than the first round of every periodic task. */
const IDLE_MS = 100_000;
/** Many times what a first write takes: a busy machine is no defect. */
const ANSWER_TIMEOUT_MS = 30_000;
const TOKEN_TTL_SECONDS = 3_600;

/** A service that was started again and that nobody reaches: its periodic tasks are all that runs. Then one person writes once. */
export async function leaveIdle(scene: Scene): Promise<Strike> {
  const instance = instanceOf(scene);
  instance.network.cut();
  await instance.kill();
  await instance.startAgain();
  await pause(IDLE_MS);
  await writeOnce(instance.address);
  return {
    what: `nobody for ${IDLE_MS / 1_000} s after a start, then one write`,
    mend: async () => instance.network.heal(),
  };
}

/** @throws BrokenPromise where the write or the read after it is not answered, or the service is not ready */
async function writeOnce(address: string): Promise<void> {
  const token = await mintToken(
    new TextEncoder().encode(SECRET),
    { userId: randomUUID(), ttlSeconds: TOKEN_TTL_SECONDS },
    Date.now(),
  );
  const ask = async (path: string, method = 'GET'): Promise<string> => {
    try {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      if (answer.ok) return await answer.text();
      throw new Error(`${answer.status} ${await answer.text()}`);
    } catch (error) {
      throw new BrokenPromise(`an idle service: ${method} ${path}: ${(error as Error).message}`);
    }
  };
  await ask(`${API_PREFIX}/watchlist/film:idle`, 'PUT');
  const list = await ask(`${API_PREFIX}/watchlist`);
  if (!list.includes('film:idle')) throw new BrokenPromise(`an idle service lost a film: ${list}`);
  await ask('/readyz');
}

import pg from 'pg';
import type { WebSocket } from 'ws';
import { connectDevice, type DownMessage } from './connect-device.ts';
import { forEachIndex } from './in-turn.ts';
import type { LiveClients, LiveClientsOptions, LiveEvents } from './live-clients.ts';

const CONNECTS_AT_ONCE = 16;

/** What a service answers that has more to do than it can. */
const RETRYABLE: ReadonlySet<string | undefined> = new Set([
  'limit_exceeded',
  'outcome_unknown',
  'overloaded',
]);

/** Two plain sockets a user, and one connection to the database for the checks. */
export function createCuepointClients(
  { urls, users, databaseUrl, schema }: LiveClientsOptions,
  { acked, shown, failed }: LiveEvents,
): LiveClients {
  const database = new pg.Client({ connectionString: databaseUrl });
  const senders: WebSocket[] = [];
  const viewers: WebSocket[] = [];
  let isClosing = false;

  function onAnswer({ type, id, code, results }: DownMessage): void {
    if (type === 'error') {
      if (id !== undefined && RETRYABLE.has(code)) acked(Number(id), 'refused');
      else failed(new Error(`push ${id} failed: ${code}`));
    }
    if (type !== 'ack') return;
    const answer = results?.[0];
    const result = answer?.result;
    if (result === 'applied' || result === 'superseded') acked(Number(id), result);
    else failed(new Error(`push ${id} was answered ${result} ${answer?.code}`));
  }

  function onShown({ type, ops = [] }: DownMessage): void {
    if (type !== 'changes') return;
    for (const { positionSeconds } of ops) {
      if (positionSeconds !== undefined) shown(positionSeconds);
    }
  }

  async function connect(user: number, role: 'sender' | 'viewer'): Promise<WebSocket> {
    const instance = (user + (role === 'sender' ? 0 : 1)) % urls.length;
    const { socket } = await connectDevice({
      url: urls[instance] ?? '',
      token: users[user]?.token ?? '',
      deviceId: role,
      onMessage: role === 'sender' ? onAnswer : onShown,
      onLost(error) {
        if (!isClosing) failed(error);
      },
    });
    return socket;
  }

  return {
    async connect() {
      await database.connect();
      await forEachIndex(users.length, CONNECTS_AT_ONCE, async (user) => {
        senders[user] = await connect(user, 'sender');
        viewers[user] = await connect(user, 'viewer');
      });
    },
    send({ seq, user, contentId, durationSeconds, state, timestamp }) {
      senders[user]?.send(
        `{"type":"push","id":"${seq}","ops":[{"kind":"progress.set","contentId":"${contentId}",` +
          `"positionSeconds":${seq},"durationSeconds":${durationSeconds},"state":"${state}",` +
          `"timestamp":"${timestamp}"}]}`,
      );
    },
    async storedPosition({ user, contentId }) {
      const { rows } = await database.query<{ position: number }>({
        name: 'stored-position',
        text: `select position_seconds as position from ${schema}.user_progress
               where user_id = $1 and content_id = $2`,
        values: [users[user]?.userId, contentId],
      });
      return rows[0]?.position;
    },
    async close() {
      isClosing = true;
      for (const socket of [...senders, ...viewers]) socket?.terminate();
      await database.end();
    },
  };
}

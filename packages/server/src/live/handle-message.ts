import {
  CLOSE_CODES,
  CuepointError,
  PUSHES_IN_FLIGHT_MAX,
  isCuepointError,
  type Push,
  type Renew,
  type SendCommand,
  type UpMessage,
} from '@cuepoint/core';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import { unheededError, type UserRates } from '../service/user-rates.ts';
import { pushOps } from '../writes/push-ops.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { Commands } from './commands.ts';
import { errorMessage } from './error-message.ts';
import type { InFlight } from './in-flight.ts';
import type { Presence } from './presence.ts';
import { refusalOf, toSessionError } from './refusal.ts';
import type { Greeted, Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';

export interface HandleMessageDeps {
  readonly write: WriteDeps;
  readonly verifier: TokenVerifier;
  readonly commands: Commands;
  readonly presence: Presence;
  readonly rates: UserRates;
  readonly isStopping: () => boolean;
  /** The pushes without their answer. */
  readonly pushes: InFlight;
  /** Told of what is a bug of ours. */
  readonly onFailed: (error: unknown) => void;
}

/** Does what a greeted session asks for. */
export function handleMessage(
  deps: HandleMessageDeps,
  channel: UserChannel,
  session: Session,
  greeted: Greeted,
  message: Exclude<UpMessage, { type: 'hello' }>,
): void {
  const id = 'id' in message ? message.id : undefined;
  const excess = excessOf(deps.rates, channel.userId, message);
  if (excess !== undefined) {
    if (deps.rates.unheeded.take(channel.userId) === undefined) {
      session.socket.send(errorMessage(excess, id));
      return;
    }
    const error = unheededError();
    const { code, reason } = refusalOf(error);
    session.fail(error, code, reason);
    return;
  }
  switch (message.type) {
    case 'push':
      void push(deps, channel, session, greeted, message);
      return;
    case 'heartbeat':
      deps.presence.heartbeat(session, greeted);
      return;
    case 'renew':
      void renew(deps, session, greeted, message);
      return;
    case 'command':
      void command(deps, session, greeted, message);
      return;
    case 'commandResult':
      deps.commands.reported(channel, greeted.device.deviceId, message);
  }
}

/** What is refused is not counted: whoever waits as long as it is told is taken. */
function excessOf(
  { requests, bytes, ops }: UserRates,
  userId: string,
  message: Exclude<UpMessage, { type: 'hello' }>,
): CuepointError | undefined {
  const pushed = message.type === 'push' ? message.ops.length : 0;
  const excess =
    bytes.check(userId) ?? (pushed > 0 ? ops.check(userId) : undefined) ?? requests.take(userId);
  if (excess === undefined) ops.add(userId, pushed);
  return excess;
}

/** The ack follows the commit of every op in it. [LIV1] */
async function push(
  deps: HandleMessageDeps,
  channel: UserChannel,
  session: Session,
  { userId, device }: Greeted,
  { id, ops }: Push,
): Promise<void> {
  if (deps.isStopping()) {
    session.socket.send(errorMessage(stopping(), id));
    return;
  }
  if (session.pushesInFlight >= PUSHES_IN_FLIGHT_MAX) {
    session.socket.send(errorMessage(tooManyPushes(), id));
    return;
  }
  session.pushesInFlight += 1;
  channel.pushBegan(session, ops.length);
  deps.pushes.begin();
  try {
    const writer = { userId, deviceId: device.deviceId, origin: session.id };
    const outcome = await pushOps(deps.write, writer, ops);
    session.socket.send({ type: 'ack', id, ...outcome });
  } catch (error) {
    if (!isCuepointError(error) || error.code === 'internal') deps.onFailed(error);
    session.socket.send(errorMessage(toSessionError(error), id));
  } finally {
    session.pushesInFlight -= 1;
    channel.pushEnded(ops.length);
    deps.pushes.end();
  }
}

/** Only a token of the same user and device. Silence is success. [SEC1] */
async function renew(
  { verifier, onFailed }: HandleMessageDeps,
  session: Session,
  greeted: Greeted,
  { token }: Renew,
): Promise<void> {
  try {
    const identity = await verifier.verify(token);
    const isSameDevice =
      identity.deviceId === greeted.identity.deviceId ||
      identity.deviceId === greeted.device.deviceId;
    if (identity.userId !== greeted.userId || !isSameDevice) {
      throw new CuepointError(
        'unauthenticated',
        'A session is renewed by its own user and device.',
      );
    }
    // What is known of the device may have changed meanwhile.
    session.greeted = { ...(session.greeted ?? greeted), identity };
  } catch (error) {
    const known = toSessionError(error);
    // A key set that cannot be fetched says nothing of the token: the old one is good until it expires.
    if (known.code === 'unauthenticated') session.fail(known, CLOSE_CODES.unauthenticated);
    else session.socket.send(errorMessage(known));
    if (known.code === 'internal') onFailed(error);
  }
}

async function command(
  { commands, onFailed }: HandleMessageDeps,
  session: Session,
  { userId, device }: Greeted,
  { id, to, command: asked }: SendCommand,
): Promise<void> {
  try {
    const ended = await commands.send({ userId, from: device.deviceId, to, command: asked });
    session.socket.send({ type: 'commandResult', id, ...ended });
  } catch (error) {
    const known = toSessionError(error);
    session.socket.send(errorMessage(known, id));
    if (known.code === 'internal') onFailed(error);
  }
}

const STOPPING_RETRY_AFTER_MS = 1_000;
const BUSY_RETRY_AFTER_MS = 100;

function stopping(): CuepointError {
  return new CuepointError('shutting_down', 'The service is about to stop; nothing was written.', {
    retryAfterMs: STOPPING_RETRY_AFTER_MS,
  });
}

function tooManyPushes(): CuepointError {
  return new CuepointError(
    'limit_exceeded',
    `A session has at most ${PUSHES_IN_FLIGHT_MAX} pushes without their ack.`,
    {
      limit: { name: 'pushesInFlight', value: PUSHES_IN_FLIGHT_MAX },
      retryAfterMs: BUSY_RETRY_AFTER_MS,
    },
  );
}

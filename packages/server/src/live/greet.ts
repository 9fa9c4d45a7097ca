import {
  CLOSE_CODES,
  CuepointError,
  PROTOCOL_VERSION,
  type DeviceInfo,
  type Hello,
} from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { requireUnrevoked } from '../auth/authenticate.ts';
import { DEFAULT_DEVICE_ID } from '../auth/caller.ts';
import type { Identity } from '../auth/identity.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import type { Feed } from '../feed/feed.ts';
import { catchUp, type ReadChanges } from './catch-up.ts';
import { presenceOf } from './device-presence.ts';
import { pageToWelcome } from './pages.ts';
import type { Presence } from './presence.ts';
import { deviceInfoOf, type Greeted, type Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface GreetDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly presence: Presence;
  readonly repository: Pick<SyncRepository, 'loadDevices' | 'isDeviceRevoked' | 'readChanges'>;
  readonly verifier: TokenVerifier;
  /** Runs few reads at one time: a herd of hellos leaves the database to the commits. */
  readonly inTurn: <Answer>(read: () => Promise<Answer>) => Promise<Answer>;
  readonly devicesPerUser: number;
  readonly socketsPerUser: number;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly onWelcomed: (session: Session) => void;
}

/**
 * Answers a hello: who is it, may they, what did they miss.
 *
 * The feed is subscribed before anything is read: a change that commits after the read arrives as a live one,
 * and is held back until the last page. [LIV9]
 *
 * @throws CuepointError `protocol_unsupported`, `unauthenticated`, `device_mismatch`, `device_revoked`,
 * `invalid_device_id`, `invalid_cursor`, `limit_exceeded`, `database_unavailable`
 */
export async function greet(deps: GreetDeps, session: Session, hello: Hello): Promise<void> {
  const { channels, presence, repository, inTurn, now } = deps;
  requireProtocol(hello);
  const greeted = await identify(deps, hello);
  const { userId } = greeted;
  const channel = channels.acquire(userId);
  try {
    await channel.subscribed;
    if (session.isClosing) return;
    requireRoomForSocket(deps, channel);
    session.greeted = greeted;
    session.cursor = hello.cursor;
    const isFirst = channel.sessions.size === 0;
    channel.sessions.add(session);
    let known: readonly DeviceInfo[] | undefined;
    const read: ReadChanges = (user, request) =>
      inTurn(async () => {
        if (known !== undefined) return repository.readChanges(user, request);
        const [page, devices] = await Promise.all([
          repository.readChanges(user, request),
          repository.loadDevices(user).then((found) => admit(deps, greeted, found)),
        ]);
        known = devices;
        return page;
      });
    await catchUp(read, session, userId, (page) => pageToWelcome(page, userId, now()));
    if (session.isClosing || known === undefined) return;
    if (isFirst) channel.cursor ??= session.cursor;
    session.isWelcomed = true;
    replaceOlder(deps, channel, session, greeted);
    session.socket.send({
      type: 'presence',
      devices: withOwn(known, greeted, now()),
    });
    presence.arrived(channel, session, greeted, known);
    deps.onWelcomed(session);
  } finally {
    channels.release(channel);
  }
}

function requireProtocol({ protocol }: Hello): void {
  if (protocol === PROTOCOL_VERSION) return;
  throw new CuepointError(
    'protocol_unsupported',
    `This service speaks version ${PROTOCOL_VERSION} of the protocol.`,
    { field: 'protocol' },
  );
}

async function identify({ verifier }: GreetDeps, hello: Hello): Promise<Greeted> {
  const { token, device } = hello;
  if (device.deviceId === DEFAULT_DEVICE_ID) {
    throw new CuepointError('invalid_device_id', `${DEFAULT_DEVICE_ID} is reserved.`, {
      field: 'deviceId',
    });
  }
  const identity = await verifier.verify(token);
  requireDevice(identity, device.deviceId);
  return { userId: identity.userId, device, identity };
}

function requireDevice(identity: Identity, deviceId: string): void {
  if (identity.deviceId === undefined || identity.deviceId === deviceId) return;
  throw new CuepointError('device_mismatch', 'The token is bound to another device.', {
    field: 'deviceId',
  });
}

/** A revoked id is refused, and a new one only while there is room. [SEC1] [SEC3] */
async function admit(
  { repository, devicesPerUser }: GreetDeps,
  { userId, device: { deviceId } }: Greeted,
  known: readonly DeviceInfo[],
): Promise<readonly DeviceInfo[]> {
  if (known.some((device) => device.deviceId === deviceId)) return known;
  await requireUnrevoked(repository, userId, deviceId);
  if (known.length < devicesPerUser) return known;
  throw new CuepointError('limit_exceeded', `A user has at most ${devicesPerUser} devices.`, {
    limit: { name: 'devicesPerUser', value: devicesPerUser },
  });
}

function requireRoomForSocket({ socketsPerUser }: GreetDeps, channel: UserChannel): void {
  if (channel.sessions.size < socketsPerUser) return;
  throw new CuepointError('rate_limited', `A user has at most ${socketsPerUser} sockets.`, {
    limit: { name: 'socketsPerUser', value: socketsPerUser },
    retryAfterMs: TOO_MANY_SOCKETS_RETRY_AFTER_MS,
  });
}

/** A device has one session: the newest, on whichever instance. */
function replaceOlder(
  { feed }: GreetDeps,
  channel: UserChannel,
  session: Session,
  { userId, device: { deviceId } }: Greeted,
): void {
  const { id: sessionId, openedAtMs } = session;
  for (const other of channel.sessions) {
    if (other !== session && other.deviceId === deviceId) endReplaced(other);
  }
  feed.publish(userId, { kind: 'session', deviceId, sessionId, openedAtMs });
}

export function endReplaced(session: Session): void {
  session.fail(
    new CuepointError('device_replaced', 'A newer session of this device took over.'),
    CLOSE_CODES.deviceReplaced,
  );
}

function withOwn(known: readonly DeviceInfo[], { device }: Greeted, nowMs: number) {
  const others = known.filter(({ deviceId }) => deviceId !== device.deviceId);
  return [...others, deviceInfoOf(device, nowMs, true)].map((each) => presenceOf(each, nowMs));
}

const TOO_MANY_SOCKETS_RETRY_AFTER_MS = 30_000;

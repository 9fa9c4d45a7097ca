import { CuepointError, PROTOCOL_VERSION, type DeviceInfo, type Hello } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { DEFAULT_DEVICE_ID } from '../auth/caller.ts';
import type { Identity } from '../auth/identity.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import type { Feed } from '../feed/feed.ts';
import { requireRoomForDevice } from '../service/device-room.ts';
import type { UserLimit } from '../service/user-limit.ts';
import { requireRate, type UserRates } from '../service/user-rates.ts';
import { catchUp, type ReadChanges } from './catch-up.ts';
import { pageToWelcome } from './pages.ts';
import type { Presence } from './presence.ts';
import { endSignedOut, type SignInCheck } from './end-signed-out.ts';
import type { Greeted, Session } from './session.ts';
import { takeOver } from './take-over.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface GreetDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly presence: Presence;
  readonly repository: Pick<
    SyncRepository,
    'countDevices' | 'isDeviceRevoked' | 'loadDevices' | 'readChanges'
  >;
  readonly verifier: TokenVerifier;
  readonly signIns?: SignInCheck | undefined;
  /** Runs few reads at one time: a herd of hellos leaves the database to the commits, and one user's to others. [GC9] */
  readonly inTurn: UserLimit['run'];
  readonly rates: Pick<UserRates, 'hellos' | 'rows'>;
  readonly devicesPerUser: number;
  readonly socketsPerUser: number;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  /** Monotonic, in ms: for durations. [OPS2] */
  readonly monotonic: () => number;
  readonly onWelcomed: (session: Session) => void;
}

/**
 * Answers a hello: who is it, may they, what did they miss.
 *
 * The feed is subscribed before anything is read: a change that commits after the read arrives as a live one,
 * and is held back until the last page. [LIV9]
 *
 * @throws CuepointError `protocol_unsupported`, `unauthenticated`, `device_mismatch`, `device_revoked`,
 * `invalid_device_id`, `invalid_cursor`, `limit_exceeded`, `rate_limited`, `database_unavailable`
 */
export async function greet(deps: GreetDeps, session: Session, hello: Hello): Promise<void> {
  const { channels, feed, presence, repository, inTurn, rates, now, monotonic } = deps;
  requireProtocol(hello);
  const greeted = await identify(deps, hello);
  const { userId } = greeted;
  requireRate(rates.rows.check(userId) ?? rates.hellos.take(userId));
  const channel = channels.acquire(userId);
  try {
    await channel.subscribed;
    if (session.isClosing) return;
    requireRoomForSocket(deps, channel, greeted);
    session.greeted = greeted;
    session.cursor = hello.cursor;
    channel.sessions.add(session);
    let known: readonly DeviceInfo[] | undefined;
    const read: ReadChanges = (user, request) =>
      inTurn(userId, async () => {
        // In a herd many have given up before their turn comes.
        if (session.isClosing) return undefined;
        if (known !== undefined) return repository.readChanges(user, request);
        const [page, devices] = await Promise.all([
          repository.readChanges(user, request).then((answer) => {
            // By the database's clock, as if it had been read at once: one that waited for its turn, here or for a
            // database that stood still, is the earlier one.
            session.joinedAtMs = answer.readAtMs - (monotonic() - session.openedAtMs);
            return answer;
          }),
          repository.loadDevices(user).then((found) => admit(deps, greeted, found)),
        ]);
        known = devices;
        return page;
      });
    await catchUp(read, session, channel, (page) => {
      session.mayAsk = true;
      return pageToWelcome(page, userId, now());
    });
    if (session.isClosing || known === undefined) return;
    // Ended since the token was looked at: nobody heard of this session then.
    if (greeted.identity.signInId !== undefined) await endSignedOut(deps.signIns, channel);
    if (session.isClosing) return;
    session.isWelcomed = true;
    deps.onWelcomed(session);
    takeOver({ feed, monotonic }, channel, session, greeted);
    if (!session.isClosing) presence.arrived(channel, session, greeted, known);
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

/** A device that is known is let in without more. */
async function admit(
  deps: GreetDeps,
  { userId, device: { deviceId } }: Greeted,
  known: readonly DeviceInfo[],
): Promise<readonly DeviceInfo[]> {
  if (known.some((device) => device.deviceId === deviceId)) return known;
  await requireRoomForDevice(deps, userId, deviceId, known);
  return known;
}

/** A device that comes back takes the place of its older socket, which may not have noticed yet. */
function requireRoomForSocket(
  { socketsPerUser }: GreetDeps,
  { sessions }: UserChannel,
  { device: { deviceId } }: Greeted,
): void {
  if (sessions.size < socketsPerUser) return;
  let others = 0;
  for (const session of sessions) {
    if (session.deviceId !== deviceId && !session.isClosing) others += 1;
  }
  if (others < socketsPerUser) return;
  throw new CuepointError('rate_limited', `A user has at most ${socketsPerUser} sockets.`, {
    limit: { name: 'socketsPerUser', value: socketsPerUser },
    retryAfterMs: TOO_MANY_SOCKETS_RETRY_AFTER_MS,
  });
}

const TOO_MANY_SOCKETS_RETRY_AFTER_MS = 30_000;

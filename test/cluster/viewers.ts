import { randomUUID } from 'node:crypto';
import { DEVICE_TYPES, type PlaybackState } from '@cuepoint/core';
import { mintToken } from '@cuepoint/server';
import { LiveDevice } from '../support/live-device.ts';

export interface ViewerOptions {
  readonly url: string;
  readonly secret: string;
  readonly users: number;
  readonly devicesPerUser: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface User {
  readonly userId: string;
  readonly token: string;
  readonly devices: LiveDevice[];
}

export type DeviceOptions = Pick<ViewerOptions, 'url' | 'random'>;

/** Few, so that the devices of one user meet on them all the time. */
const CONTESTED_CONTENTS = 12;
/** Many, so that hardly any op is covered by a later one: a lost op shows. */
const OTHER_CONTENTS = 100_000;
/** Past it a device that cannot reach the service makes up no more: a person waits as well. */
const PENDING_MAX = 40;
const FILM_SECONDS = 7_200;
const TOKEN_TTL_SECONDS = 3_600;

/** Users with their devices, all of them caught up. */
export async function connectUsers({
  url,
  secret,
  users,
  devicesPerUser,
  random,
}: ViewerOptions): Promise<readonly User[]> {
  return Promise.all(
    Array.from({ length: users }, async () => {
      const userId = randomUUID();
      const token = await mintToken(
        new TextEncoder().encode(secret),
        { userId, ttlSeconds: TOKEN_TTL_SECONDS },
        Date.now(),
      );
      const user: User = { userId, token, devices: [] };
      for (let count = 0; count < devicesPerUser; count += 1) {
        await connectDevice(user, { url, random });
      }
      return user;
    }),
  );
}

/** One more device of a user, caught up. */
export async function connectDevice(user: User, { url, random }: DeviceOptions): Promise<void> {
  const { token, devices } = user;
  const count = devices.length + 1;
  const device = await LiveDevice.connect({
    url,
    token,
    deviceId: `device-${count}`,
    deviceType: DEVICE_TYPES[count % DEVICE_TYPES.length] ?? 'Web',
    random,
  });
  devices.push(device);
}

/**
 * Keeps devices busy, each with `rate` changes a second.
 *
 * @returns ends it; what was queued until then is still pushed.
 */
export function startLoad(
  users: readonly User[],
  { rate, random }: { readonly rate: number; readonly random: () => number },
): () => void {
  const timer = setInterval(() => {
    for (const { devices } of users) for (const device of devices) act(device, random);
  }, 1_000 / rate);
  return () => clearInterval(timer);
}

/** What a person does next. Two devices of a user that do it at once are in conflict. */
function act(device: LiveDevice, random: () => number): void {
  if (device.pending >= PENDING_MAX) return;
  const contents = random() < 0.5 ? CONTESTED_CONTENTS : OTHER_CONTENTS;
  const contentId = `film:${Math.floor(random() * contents)}`;
  const chance = random();
  settle(
    chance < 0.3
      ? device.add(contentId)
      : chance < 0.5
        ? device.remove(contentId)
        : chance < 0.55
          ? device.clearProgress(contentId)
          : device.setProgress(contentId, Math.floor(random() * FILM_SECONDS), stateOf(random())),
  );
}

function stateOf(chance: number): PlaybackState {
  if (chance < 0.5) return 'playing';
  return chance < 0.8 ? 'paused' : 'stopped';
}

/** A push that was refused is among the device's errors. */
function settle(pushed: Promise<unknown>): void {
  pushed.catch(() => undefined);
}

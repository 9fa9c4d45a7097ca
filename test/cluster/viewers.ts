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
  readonly devices: readonly LiveDevice[];
}

/** Few, so that the devices of one user meet on them all the time. */
const CONTENTS_PER_USER = 12;
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
      const devices = await Promise.all(
        Array.from({ length: devicesPerUser }, (_, index) =>
          LiveDevice.connect({
            url,
            token,
            deviceId: `device-${index + 1}`,
            deviceType: DEVICE_TYPES[index % DEVICE_TYPES.length] ?? 'Web',
            random,
          }),
        ),
      );
      return { userId, token, devices };
    }),
  );
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
  const devices = users.flatMap((user) => user.devices);
  const timers = devices.map((device) => setInterval(() => act(device, random), 1_000 / rate));
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

/** What a person does next. Two devices of a user that do it at once are in conflict. */
function act(device: LiveDevice, random: () => number): void {
  if (device.pending >= PENDING_MAX) return;
  const contentId = `film:${Math.floor(random() * CONTENTS_PER_USER)}`;
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

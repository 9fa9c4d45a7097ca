import type { PlaybackPosition } from '@cuepoint/core';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { CommandHandlers } from '../devices/commands.ts';
import type { Device, Devices } from '../devices/devices.ts';
import type { ClientEnvironment, EnvironmentSignal } from '../environment.ts';
import { recordOps } from '../outbox/record-op.ts';
import type { Place } from '../place.ts';
import { createProgress } from '../progress.ts';
import { ReplicaStore } from '../replica/replica-store.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { ClientError } from '../client-error.ts';
import { Listeners } from '../subscribable.ts';

function place(namespace: string): Place {
  return { namespace, userId: undefined, isNobodys: namespace === 'nobody', below: undefined };
}

/** A real replica with real progress and commands, without a connection, and what other devices would do. */
export async function createLocalState() {
  const clock = new ManualClock();
  const signals = new Listeners<[signal: EnvironmentSignal]>();
  const environment: ClientEnvironment = {
    now: clock.now,
    monotonic: clock.now,
    random: () => 0.5,
    uuid: () => crypto.randomUUID(),
    setTimer: clock.setTimer,
    nextTurn: (callback) => void setImmediate(callback),
    onSignal: signals.subscribe,
  };
  const store = await ReplicaStore.open(
    { storage: memoryStorage(), environment, deviceId: 'here', nobody: place('nobody') },
    place('user'),
    1_000,
  );
  const handlers = new CommandHandlers();
  const written: PlaybackPosition[] = [];
  const told: string[] = [];
  let isClosed = false;
  const progress = createProgress({
    store,
    uuid: environment.uuid,
    monotonic: environment.monotonic,
    deviceId: 'tv',
    write(...ops) {
      if (isClosed) throw new ClientError('closed', 'This watch state was closed.');
      for (const op of ops) {
        if (op.kind !== 'progress.set') continue;
        const { positionSeconds, durationSeconds, state } = op;
        written.push({ positionSeconds, durationSeconds, state });
        told.push(`${op.claim === undefined ? 'act' : 'tick'}: ${state} at ${positionSeconds}`);
      }
      void recordOps(store, 'tv', ops);
    },
  });
  const phone: Device = {
    deviceId: 'phone',
    deviceType: 'Phone',
    platform: 'iOS',
    appVersion: '1',
    deviceName: 'Phone',
    capabilities: {},
    lastSeen: '2026-01-01T00:00:00.000Z',
    state: 'online',
    isThisDevice: false,
  };
  const devices: Devices = {
    thisDeviceId: 'tv',
    list: () => [phone],
    sendCommand: async () => ({ outcome: 'unreachable' }),
    handOff: async () => ({ outcome: 'unreachable' }),
    onCommand: (handler) => handlers.add(handler),
    subscribe: new Listeners().subscribe,
  };
  return {
    state: { progress, devices },
    phone,
    clock,
    environment,
    handlers,
    /** What of the outbox is of the history. */
    plays: () => store.replica.entries().flatMap(({ op }) => (op.kind === 'play.add' ? [op] : [])),
    /** Every position that this device wrote. */
    written,
    /** The same, and what it was: the act of a person, or a report. */
    told,
    tell: (signal: EnvironmentSignal) => signals.notify(signal),
    signalListeners: () => signals.size,
    /** The service tells of what another device did just now. */
    async playElsewhere(contentId: string, position: PlaybackPosition, deviceId = 'phone') {
      await clock.advance(1);
      await store.commit({
        fold: [
          {
            kind: 'progress.set',
            contentId,
            ...position,
            timestamp: { physical: clock.now(), logical: 0 },
            deviceId,
          },
        ],
      });
    },
    close() {
      isClosed = true;
    },
  };
}

export type LocalState = Awaited<ReturnType<typeof createLocalState>>;

import { COMMAND_TIMEOUT_MS, type Command } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { CommandAnswer, LiveDevice } from '../../../../test/support/live-device.ts';
import {
  openLivePair,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';
import { COMMAND_TAKE_TIMEOUT_MS, COMMANDS_PER_USER_MAX } from './limits.ts';

const PLAY: Command = { action: 'play' };
const EVERY_COMMAND: readonly Command[] = [
  PLAY,
  { action: 'pause' },
  { action: 'stop' },
  { action: 'seek', positionSeconds: 600 },
  { action: 'volume', level: 40 },
  { action: 'mute', muted: true },
  { action: 'load', contentId: 'film', positionSeconds: 12, state: 'paused' },
  { action: 'cast', contentId: 'film', target: 'Living room', positionSeconds: 12 },
];
const SILENT = { answer: (): undefined => undefined };

let pair: LivePair;
let here: PairedInstance;
let there: PairedInstance;
let user: PairUser;
/** The one that asks, here. */
let phone: LiveDevice;
beforeAll(async () => {
  pair = await openLivePair(inject('postgresUrl'));
  ({ here, there } = pair);
});
beforeEach(async () => {
  user = await pair.createUser();
  phone = await user.connect(here, 'phone');
});
afterEach(async () => {
  await pair.disconnectAll();
  await pair.requireNothingHeld();
});
afterAll(() => pair.close());

/** The outcome once there is one, without the message around it. */
function watch(asked: Promise<object>): { outcome: unknown } {
  const watched: { outcome: unknown } = { outcome: undefined };
  asked.then(
    ({ type: _type, id: _id, ...outcome }: { type?: string; id?: string }) => {
      watched.outcome = outcome;
    },
    (error: unknown) => {
      watched.outcome = error;
    },
  );
  return watched;
}

/** Asks, and resolves once the device has it. */
async function askSilent(tv: LiveDevice, command = PLAY) {
  const before = tv.commands.length;
  const watched = watch(phone.command(tv.deviceId, command));
  await tv.until(() => tv.commands.length > before, 'commanded');
  await pair.settle();
  const { id } = tv.commands.at(-1) ?? { id: '' };
  return {
    watched,
    answer: (answer: CommandAnswer) => tv.send({ type: 'commandResult', id, ...answer }),
  };
}

describe.each(['the same', 'another'])('a command to a device on %s instance', (which) => {
  const connect = (deviceId: string, options = {}): Promise<LiveDevice> =>
    user.connect(which === 'another' ? there : here, deviceId, options);

  it('[LIV7] reaches it as it was sent, and ends in what it answers', async () => {
    const tv = await connect('tv');
    for (const command of EVERY_COMMAND) {
      const id = `${command.action}-1`;
      const outcome = await phone.command('tv', command, id);
      expect(outcome).toEqual({ type: 'commandResult', id, outcome: 'applied' });
      expect(tv.commands.at(-1)).toMatchObject({ from: 'phone', command });
    }
    expect(tv.commands).toHaveLength(EVERY_COMMAND.length);
    const { body: metrics } = await readMetrics();
    expect(metrics).toMatch(/cuepoint_commands_total\{action="cast",outcome="applied"\} [1-9]/);
  });

  it('[LIV7] is refused with the reason that it gives', async () => {
    await connect('tv', { answer: () => ({ outcome: 'refused', reason: 'not_playing' }) });
    const outcome = await phone.command('tv', PLAY);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: 'not_playing' });
  });

  it('[LIV7] expires after 5 s, and a later answer is dropped', async () => {
    const tv = await connect('tv', SILENT);
    const { watched, answer } = await askSilent(tv);
    await pair.clock.advance(COMMAND_TIMEOUT_MS - 1);
    await pair.settle();
    expect(watched.outcome).toBeUndefined();
    await pair.clock.advance(1);
    await pair.settle();
    expect(watched.outcome).toEqual({ outcome: 'expired' });
    here.feed.published.length = 0;
    there.feed.published.length = 0;
    answer({ outcome: 'applied' });
    await pair.settle();
    // A second outcome would be an error of the device.
    expect(phone.errors).toEqual([]);
    expect([...here.feed.published, ...there.feed.published]).toEqual([]);
  });

  it('[LIV7] is answered up to the last moment', async () => {
    const tv = await connect('tv', SILENT);
    const { watched, answer } = await askSilent(tv);
    await pair.clock.advance(COMMAND_TIMEOUT_MS - 1);
    answer({ outcome: 'applied' });
    await pair.settle();
    expect(watched.outcome).toEqual({ outcome: 'applied' });
  });

  it('[LIV7] is answered by that device alone', async () => {
    const tv = await connect('tv', SILENT);
    const stranger = await (await pair.createUser()).connect(here, 'tv');
    const others = [phone, stranger, await connect('radio'), await user.connect(there, 'tablet')];
    const { watched, answer } = await askSilent(tv);
    const { id } = tv.commands.at(-1) ?? { id: '' };
    for (const other of others) other.send({ type: 'commandResult', id, outcome: 'applied' });
    await pair.settle();
    expect(watched.outcome).toBeUndefined();
    answer({ outcome: 'refused', reason: 'busy' });
    await pair.settle();
    expect(watched.outcome).toEqual({ outcome: 'refused', reason: 'busy' });
  });

  it('[LIV7] has an id that is the sender’s own: two may use the same', async () => {
    await connect('tv', {
      answer: (_command: Command, from: string) => ({ outcome: 'refused', reason: from }),
    });
    const tablet = await user.connect(there, 'tablet');
    const outcomes = await Promise.all([
      phone.command('tv', PLAY, 'same'),
      tablet.command('tv', PLAY, 'same'),
    ]);
    expect(outcomes.map(({ reason }) => reason)).toEqual(['phone', 'tablet']);
  });

  it('[LIV7] expires when the device goes away with it', async () => {
    const tv = await connect('tv', SILENT);
    const { watched } = await askSilent(tv);
    await pair.lose(tv);
    await pair.clock.advance(COMMAND_TIMEOUT_MS);
    await pair.settle();
    expect(watched.outcome).toEqual({ outcome: 'expired' });
    await pair.clock.advance(COMMAND_TIMEOUT_MS);
  });

  it('[LIV7] is answered by the next session of the device, also one where the sender is', async () => {
    for (const comeBack of [connect, (deviceId: string) => user.connect(here, deviceId)]) {
      const tv = await connect('tv', SILENT);
      const { watched } = await askSilent(tv);
      const { id } = tv.commands.at(-1) ?? { id: '' };
      await pair.lose(tv);
      const again = await comeBack('tv');
      again.send({ type: 'commandResult', id, outcome: 'applied' });
      await pair.settle();
      expect(watched.outcome).toEqual({ outcome: 'applied' });
      await pair.lose(again);
    }
    await pair.clock.advance(2 * COMMAND_TIMEOUT_MS);
  });

  it('[LIV7] leaves nothing when the sender goes away', async () => {
    const tv = await connect('tv', SILENT);
    const { watched, answer } = await askSilent(tv);
    await pair.lose(phone);
    answer({ outcome: 'applied' });
    await pair.settle();
    expect(watched.outcome).toBeInstanceOf(Error);
    await pair.clock.advance(2 * COMMAND_TIMEOUT_MS);
    await pair.settle();
  });

  it('[LIV7] is refused for a device that others may not control, without asking it', async () => {
    const closed = { device: { capabilities: { remoteControllable: false } } };
    const tv = await connect('tv', closed);
    const refusal = { outcome: 'refused', reason: 'not_controllable' };
    expect(await phone.command('tv', PLAY)).toMatchObject(refusal);
    expect(tv.commands).toEqual([]);
    expect(await tv.command('tv', PLAY)).toMatchObject({ outcome: 'applied' });
  });

  it('[LIV7] heeds what was said of the device over HTTP since', async () => {
    const tv = await connect('tv');
    const body = { deviceType: 'TV', platform: 'Tizen', appVersion: '1.0' };
    const put = (capabilities: object) =>
      user.call(here, 'PUT', '/devices/tv', { body: { ...body, capabilities } });
    await put({ remoteControllable: false });
    await pair.settle();
    expect(await phone.command('tv', PLAY)).toMatchObject({ reason: 'not_controllable' });
    await put({ remoteControllable: true });
    await pair.settle();
    expect(await phone.command('tv', PLAY)).toMatchObject({ outcome: 'applied' });
    expect(tv.commands).toHaveLength(1);
  });

  it('[LIV7] gets no room past 100 that are open', async () => {
    const tv = await connect('tv', SILENT);
    const asked = Array.from({ length: COMMANDS_PER_USER_MAX }, () =>
      watch(phone.command('tv', PLAY)),
    );
    await tv.until(() => tv.commands.length === COMMANDS_PER_USER_MAX);
    const error = phone.next('error');
    const onemore = watch(phone.command('tv', PLAY, 'one-more'));
    expect(await error).toMatchObject({
      id: 'one-more',
      code: 'limit_exceeded',
      limit: { name: 'commandsPerUser', value: COMMANDS_PER_USER_MAX },
      retryAfterMs: COMMAND_TIMEOUT_MS,
    });
    expect(onemore.outcome).toBeInstanceOf(Error);
    await pair.settle();
    await pair.clock.advance(COMMAND_TIMEOUT_MS);
    await pair.settle();
    expect(asked.map(({ outcome }) => outcome)).toEqual(asked.map(() => ({ outcome: 'expired' })));
    expect(watch(phone.command('tv', PLAY)).outcome).toBeUndefined();
    await tv.until(() => tv.commands.length > COMMANDS_PER_USER_MAX);
    await pair.clock.advance(COMMAND_TIMEOUT_MS);
  });
});

describe('a command to a device without a session', () => {
  it('[LIV7] is unreachable once no instance has taken it within a second', async () => {
    const gone = await user.connect(there, 'gone');
    await gone.leave();
    for (const deviceId of ['gone', 'never-seen']) {
      const watched = watch(phone.command(deviceId, PLAY));
      await pair.settle();
      await pair.clock.advance(COMMAND_TAKE_TIMEOUT_MS - 1);
      await pair.settle();
      expect(watched.outcome).toBeUndefined();
      await pair.clock.advance(1);
      await pair.settle();
      expect(watched.outcome).toEqual({ outcome: 'unreachable' });
    }
  });

  it('[LIV7] is unreachable at once while the feed is lost, one to a device here is not', async () => {
    await user.connect(there, 'tablet');
    await user.connect(here, 'tv');
    here.feed.lose();
    expect(await phone.command('tablet', PLAY)).toMatchObject({ outcome: 'unreachable' });
    expect(await phone.command('tv', PLAY)).toMatchObject({ outcome: 'applied' });
    here.feed.mend();
    expect(await phone.command('tablet', PLAY)).toMatchObject({ outcome: 'applied' });
  });

  it('[LIV7] [SEC1] is unreachable for the device of another user', async () => {
    const stranger = await pair.createUser();
    const tv = await stranger.connect(here, 'tv');
    const watched = watch(phone.command('tv', PLAY));
    await pair.settle();
    await pair.clock.advance(COMMAND_TAKE_TIMEOUT_MS);
    await pair.settle();
    expect(watched.outcome).toEqual({ outcome: 'unreachable' });
    expect(tv.commands).toEqual([]);
  });

  it('[LIV7] [SEC1] is unreachable for a device that was removed', async () => {
    const tv = await user.connect(there, 'tv');
    await pair.settle();
    await user.call(here, 'DELETE', '/devices/tv');
    await tv.until(() => tv.isEnded);
    const watched = watch(phone.command('tv', PLAY));
    await pair.settle();
    await pair.clock.advance(COMMAND_TAKE_TIMEOUT_MS);
    await pair.settle();
    expect(watched.outcome).toEqual({ outcome: 'unreachable' });
  });
});

async function readMetrics(): Promise<{ readonly body: string }> {
  return { body: (await here.live.api.call('GET', '//metrics')).text };
}

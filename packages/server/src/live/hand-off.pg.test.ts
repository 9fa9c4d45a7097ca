import { COMMAND_TIMEOUT_MS, type HandOff } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LiveDevice, LiveDeviceOptions } from '../../../../test/support/live-device.ts';
import {
  openLivePair,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';
import { COMMAND_TAKE_TIMEOUT_MS } from './limits.ts';

const HAND_OFF: HandOff = {
  action: 'handoff',
  contentId: 'film:metropolis',
  positionSeconds: 4_620,
  state: 'paused',
};
const LOAD = { ...HAND_OFF, action: 'load' };
const SILENT = { answer: (): undefined => undefined };

let pair: LivePair;
let here: PairedInstance;
let there: PairedInstance;
let user: PairUser;
let phone: LiveDevice;
beforeAll(async () => {
  pair = await openLivePair(inject('postgresUrl'));
  ({ here, there } = pair);
});
beforeEach(async () => {
  user = await pair.createUser();
  phone = await user.connect(here, 'phone');
});
afterEach(() => pair.disconnectAll());
afterAll(() => pair.close());

const at = (which: string): PairedInstance => (which === 'another' ? there : here);
const commandsOf = ({ commands }: LiveDevice) => commands.map(({ command }) => command);
const send = (command: HandOff) => phone.command('tv', command);
const connectTv = (which: string, options: Partial<LiveDeviceOptions> = {}) =>
  user.connect(at(which), 'tv', options);

/** Lets the time of a command pass, as often as `times`. */
async function pass(timeoutMs: number, times = 1): Promise<void> {
  for (let passed = 0; passed < times; passed += 1) {
    await pair.settle();
    await pair.clock.advance(timeoutMs);
  }
  await pair.settle();
}

describe.each([
  { target: 'the same', source: 'the same' },
  { target: 'the same', source: 'another' },
  { target: 'another', source: 'the same' },
  { target: 'another', source: 'another' },
])('a hand-off to $target instance from a device on $source', ({ target, source }) => {
  it('[LIV7] carries content, position and state, and stops the source only after the target confirms', async () => {
    const tv = await connectTv(target, SILENT);
    const tablet = await user.connect(at(source), 'tablet');
    const ended = send({ ...HAND_OFF, from: 'tablet' });
    await tv.until(() => tv.commands.length === 1, 'commanded');
    expect(tv.commands).toMatchObject([{ from: 'phone', command: LOAD }]);
    await pair.settle();
    expect(tablet.commands).toEqual([]);
    const { id } = tv.commands[0] ?? { id: '' };
    tv.send({ type: 'commandResult', id, outcome: 'applied' });
    expect(await ended).toMatchObject({ outcome: 'applied', sourceOutcome: 'applied' });
    expect(tablet.commands).toMatchObject([{ from: 'phone', command: { action: 'stop' } }]);
    expect(tv.commands).toHaveLength(1);
  });

  it('[LIV7] leaves the source alone when the target refuses', async () => {
    await connectTv(target, { answer: () => ({ outcome: 'refused', reason: 'no_codec' }) });
    const tablet = await user.connect(at(source), 'tablet');
    const { type: _type, id: _id, ...ended } = await send({ ...HAND_OFF, from: 'tablet' });
    expect(ended).toEqual({ outcome: 'refused', reason: 'no_codec' });
    await pair.settle();
    expect(tablet.commands).toEqual([]);
  });

  it('[LIV7] leaves the source alone when the target does not answer', async () => {
    const tv = await connectTv(target, SILENT);
    const tablet = await user.connect(at(source), 'tablet');
    const ended = send({ ...HAND_OFF, from: 'tablet' });
    await tv.until(() => tv.commands.length === 1, 'commanded');
    await pass(COMMAND_TIMEOUT_MS);
    expect(await ended).toMatchObject({ outcome: 'expired' });
    const { id } = tv.commands[0] ?? { id: '' };
    // Too late: what was told stands.
    tv.send({ type: 'commandResult', id, outcome: 'applied' });
    await pair.settle();
    expect(tablet.commands).toEqual([]);
  });
});

describe('a hand-off', () => {
  it('[LIV7] leaves the source alone when the target has no session', async () => {
    const tablet = await user.connect(there, 'tablet');
    const ended = send({ ...HAND_OFF, from: 'tablet' });
    await pass(COMMAND_TAKE_TIMEOUT_MS);
    expect(await ended).toMatchObject({ outcome: 'unreachable' });
    expect(tablet.commands).toEqual([]);
  });

  it.each(['the same', 'another'])(
    '[LIV7] moves what the sender itself plays to %s instance',
    async (which) => {
      const tv = await connectTv(which);
      expect(await send(HAND_OFF)).toMatchObject({ outcome: 'applied', sourceOutcome: 'applied' });
      expect(commandsOf(tv)).toEqual([LOAD]);
      expect(commandsOf(phone)).toEqual([{ action: 'stop' }]);
    },
  );

  it('[LIV7] moves what another plays to the sender', async () => {
    const tv = await connectTv('another');
    const ended = await phone.command('phone', { ...HAND_OFF, from: 'tv', state: 'playing' });
    expect(ended).toMatchObject({ outcome: 'applied', sourceOutcome: 'applied' });
    expect(commandsOf(phone)).toEqual([{ ...LOAD, state: 'playing' }]);
    expect(commandsOf(tv)).toEqual([{ action: 'stop' }]);
  });

  it('[LIV7] is applied though the source is gone', async () => {
    const tv = await connectTv('another');
    const ended = send({ ...HAND_OFF, from: 'gone' });
    await tv.until(() => tv.commands.length === 1);
    await pass(COMMAND_TAKE_TIMEOUT_MS);
    expect(await ended).toMatchObject({ outcome: 'applied', sourceOutcome: 'unreachable' });
  });

  it.each(['the same', 'another'])(
    '[LIV7] is applied though the source on %s instance is silent or refuses',
    async (which) => {
      await connectTv('the same');
      const tablet = await user.connect(at(which), 'tablet', SILENT);
      const ended = send({ ...HAND_OFF, from: 'tablet' });
      await tablet.until(() => tablet.commands.length === 1);
      await pass(COMMAND_TIMEOUT_MS);
      expect(await ended).toMatchObject({ outcome: 'applied', sourceOutcome: 'expired' });
      await user.connect(at(which), 'radio', { answer: () => ({ outcome: 'refused' }) });
      const refused = await send({ ...HAND_OFF, from: 'radio' });
      expect(refused).toMatchObject({ outcome: 'applied', sourceOutcome: 'refused' });
    },
  );

  it('[LIV7] from a device to itself is refused, and nobody is asked', async () => {
    const tv = await connectTv('the same');
    const refusal = { outcome: 'refused', reason: 'same_device' };
    expect(await send({ ...HAND_OFF, from: 'tv' })).toMatchObject(refusal);
    expect(await phone.command('phone', HAND_OFF)).toMatchObject(refusal);
    expect([...tv.commands, ...phone.commands]).toEqual([]);
  });

  it('[LIV7] asks nothing of a device that others may not control, except for itself', async () => {
    const device = { capabilities: { remoteControllable: false } };
    const tv = await connectTv('another', { device });
    const notControllable = { outcome: 'refused', reason: 'not_controllable' };
    expect(await send(HAND_OFF)).toMatchObject(notControllable);
    expect(phone.commands).toEqual([]);
    await user.connect(here, 'radio');
    const fromTv = await phone.command('radio', { ...HAND_OFF, from: 'tv' });
    expect(fromTv).toMatchObject({ outcome: 'applied', sourceOutcome: 'refused' });
    const itsOwn = await tv.command('radio', HAND_OFF);
    expect(itsOwn).toMatchObject({ outcome: 'applied', sourceOutcome: 'applied' });
    expect(commandsOf(tv)).toEqual([{ action: 'stop' }]);
  });

  it('[LIV7] goes on when the sender goes away', async () => {
    const tv = await connectTv('another', SILENT);
    const tablet = await user.connect(there, 'tablet');
    send({ ...HAND_OFF, from: 'tablet' }).catch(() => undefined);
    await tv.until(() => tv.commands.length === 1);
    await pair.lose(phone);
    const { id } = tv.commands[0] ?? { id: '' };
    tv.send({ type: 'commandResult', id, outcome: 'applied' });
    await tablet.until(() => tablet.commands.length === 1);
    expect(commandsOf(tablet)).toEqual([{ action: 'stop' }]);
  });
});

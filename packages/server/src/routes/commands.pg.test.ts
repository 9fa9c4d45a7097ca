import { COMMAND_TIMEOUT_MS } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { COMMAND_TAKE_TIMEOUT_MS, COMMANDS_PER_USER_MAX } from '../live/limits.ts';
import {
  openLivePair,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';
import { createTestApi, type Answer } from '../testing/test-api.ts';

const SILENT = { answer: (): undefined => undefined };

let pair: LivePair;
let here: PairedInstance;
let there: PairedInstance;
let user: PairUser;
beforeAll(async () => {
  pair = await openLivePair(inject('postgresUrl'));
  ({ here, there } = pair);
});
beforeEach(async () => {
  user = await pair.createUser();
});
afterEach(async () => {
  await pair.disconnectAll();
  await pair.requireNothingHeld();
});
afterAll(() => pair.close());

const command = (body: unknown, deviceId = 'tv', device?: string): Promise<Answer> =>
  user.call(here, 'POST', `/devices/${deviceId}/commands`, {
    body,
    ...(device === undefined ? {} : { device }),
  });
const handOff = (body: object): Promise<Answer> =>
  user.call(here, 'POST', '/devices/handoff', { body });

describe.each(['the same', 'another'])(
  'a command over HTTP to a device on %s instance',
  (which) => {
    const at = (): PairedInstance => (which === 'another' ? there : here);

    it('[LIV7] waits for the outcome', async () => {
      const tv = await user.connect(at(), 'tv');
      const seek = { action: 'seek', positionSeconds: 12 };
      expect(await command(seek)).toMatchObject({ status: 200, body: { outcome: 'applied' } });
      expect(await command(seek, 'tv', 'phone')).toMatchObject({ body: { outcome: 'applied' } });
      expect(tv.commands).toMatchObject([
        { from: 'http-api', command: seek },
        { from: 'phone', command: seek },
      ]);
    });

    it('[LIV7] answers with the reason of a refusal', async () => {
      await user.connect(at(), 'tv', { answer: () => ({ outcome: 'refused', reason: 'busy' }) });
      const { status, body } = await command({ action: 'play' });
      expect({ status, body }).toEqual({
        status: 200,
        body: { outcome: 'refused', reason: 'busy' },
      });
    });

    it('[LIV7] answers that it expired', async () => {
      const tv = await user.connect(at(), 'tv', SILENT);
      const answer = command({ action: 'play' });
      await tv.until(() => tv.commands.length === 1);
      await pair.clock.advance(COMMAND_TIMEOUT_MS);
      expect(await answer).toMatchObject({ status: 200, body: { outcome: 'expired' } });
      await pair.clock.advance(COMMAND_TIMEOUT_MS);
    });

    it('[LIV7] may be a hand-off, also from the device that calls', async () => {
      const tv = await user.connect(at(), 'tv');
      const phone = await user.connect(there, 'phone');
      const moved = { action: 'handoff', contentId: 'film', positionSeconds: 9, state: 'playing' };
      const { body } = await command(moved, 'tv', 'phone');
      expect(body).toEqual({ outcome: 'applied', sourceOutcome: 'applied' });
      expect(tv.commands).toMatchObject([{ command: { ...moved, action: 'load' } }]);
      expect(phone.commands).toMatchObject([{ from: 'phone', command: { action: 'stop' } }]);
    });
  },
);

describe('a command over HTTP', () => {
  it('[LIV7] to a device without a session is unreachable after a second', async () => {
    const answer = command({ action: 'play' });
    await pair.untilPublished(here, 'command');
    await pair.clock.advance(COMMAND_TAKE_TIMEOUT_MS);
    expect(await answer).toMatchObject({ status: 200, body: { outcome: 'unreachable' } });
  });

  it('[LIV7] is unreachable at once where there is one instance', async () => {
    // No timer ever runs: what waits for one never ends.
    const setTimer = () => () => undefined;
    const databaseUrl = inject('postgresUrl');
    const api = await createTestApi({ databaseUrl, wrap: () => ({ setTimer }) });
    const alone = await api.createUser();
    const answer = await alone.call('POST', '/devices/tv/commands', { body: { action: 'play' } });
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'unreachable' } });
    await api.close();
  });

  it('[SEC3] is held to its schema, with the field that is wrong', async () => {
    const invalid = (body: unknown) =>
      command(body).then(({ status, body: { code } }) => `${status} ${code}`);
    expect(await invalid({ action: 'explode' })).toBe('400 invalid_request');
    expect(await invalid({})).toBe('400 invalid_request');
    expect(await invalid([])).toBe('400 invalid_request');
    expect(await invalid(null)).toBe('400 invalid_request');
    expect(await invalid({ action: 'volume', level: 101 })).toBe('400 invalid_request');
    expect(await invalid({ action: 'seek', positionSeconds: -1 })).toBe('400 invalid_seconds');
    expect(await invalid({ action: 'load', contentId: '' })).toBe('400 invalid_content_id');
    expect(await invalid({ action: 'play', extra: 1 })).toBe('400 invalid_request');
    const badDevice = await command({ action: 'play' }, 'a%20b');
    expect(badDevice).toMatchObject({ status: 400, body: { code: 'invalid_device_id' } });
  });

  it('[SEC1] needs a token', async () => {
    for (const path of ['/devices/tv/commands', '/devices/handoff']) {
      const answer = await here.live.api.call('POST', path, { body: { action: 'play' } });
      expect(answer).toMatchObject({ status: 401 });
    }
  });

  it('[LIV7] gets no room past 100 that are open', async () => {
    const tv = await user.connect(here, 'tv', SILENT);
    const answers = Array.from({ length: COMMANDS_PER_USER_MAX }, () =>
      command({ action: 'play' }),
    );
    await tv.until(() => tv.commands.length === COMMANDS_PER_USER_MAX);
    expect(await command({ action: 'play' })).toMatchObject({
      status: 400,
      body: {
        code: 'limit_exceeded',
        limit: { name: 'commandsPerUser', value: COMMANDS_PER_USER_MAX },
        retryAfterMs: COMMAND_TIMEOUT_MS,
      },
    });
    await pair.clock.advance(COMMAND_TIMEOUT_MS);
    const outcomes = (await Promise.all(answers)).map(({ body }) => body.outcome);
    expect(new Set(outcomes)).toEqual(new Set(['expired']));
  });
});

describe('a hand-off over HTTP', () => {
  const film = { from: 'phone', to: 'tv', contentId: 'film' };
  const store = (state: string, positionSeconds = 600): Promise<Answer> =>
    user.call(there, 'PUT', '/progress/film', {
      body: { positionSeconds, durationSeconds: 6_000, state },
    });

  it.each(['the same', 'another'])(
    '[LIV7] moves the content at the given position to %s instance',
    async (which) => {
      const tv = await user.connect(which === 'another' ? there : here, 'tv');
      const phone = await user.connect(there, 'phone');
      const { status, body } = await handOff({ ...film, positionSeconds: 60, state: 'paused' });
      expect({ status, body }).toEqual({
        status: 200,
        body: { outcome: 'applied', sourceOutcome: 'applied' },
      });
      expect(tv.commands.map((each) => each.command)).toEqual([
        { action: 'load', contentId: 'film', positionSeconds: 60, state: 'paused' },
      ]);
      expect(phone.commands.map((each) => each.command)).toEqual([{ action: 'stop' }]);
    },
  );

  it.each([
    { stored: 'paused', given: {}, positionSeconds: 600, state: 'paused' },
    { stored: 'playing', given: {}, positionSeconds: 600, state: 'playing' },
    { stored: 'stopped', given: {}, positionSeconds: 600, state: 'playing' },
    { stored: 'paused', given: { positionSeconds: 7 }, positionSeconds: 7, state: 'paused' },
    { stored: 'paused', given: { state: 'playing' }, positionSeconds: 600, state: 'playing' },
  ] as const)(
    '[LIV7] takes what $given leaves out from what is stored: $stored',
    async ({ stored, given, ...start }) => {
      const tv = await user.connect(here, 'tv');
      await user.connect(here, 'phone');
      expect(await store(stored)).toMatchObject({ status: 200 });
      expect(await handOff({ ...film, ...given })).toMatchObject({ status: 200 });
      expect(tv.commands.map((each) => each.command)).toEqual([
        { action: 'load', contentId: 'film', ...start },
      ]);
    },
  );

  it('[LIV7] of a content without a position is not found, and nobody is asked', async () => {
    const tv = await user.connect(here, 'tv');
    await user.connect(here, 'phone');
    const notFound = { status: 404, body: { code: 'not_found', field: 'positionSeconds' } };
    expect(await handOff(film)).toMatchObject(notFound);
    await store('paused');
    await user.call(here, 'DELETE', '/progress/film');
    expect(await handOff({ ...film, state: 'paused' })).toMatchObject(notFound);
    expect(tv.commands).toEqual([]);
    expect(await handOff({ ...film, positionSeconds: 5 })).toMatchObject({ status: 200 });
    expect(tv.commands).toMatchObject([{ command: { positionSeconds: 5, state: 'playing' } }]);
  });

  it('[LIV7] answers with the outcome of the target, and leaves the source alone', async () => {
    await user.connect(here, 'tv', { answer: () => ({ outcome: 'refused', reason: 'no_codec' }) });
    const phone = await user.connect(here, 'phone');
    const { body } = await handOff({ ...film, positionSeconds: 5 });
    expect(body).toEqual({ outcome: 'refused', reason: 'no_codec' });
    await pair.settle();
    expect(phone.commands).toEqual([]);
  });

  it('[LIV7] from a device to itself is refused', async () => {
    const { status, body } = await handOff({ ...film, to: 'phone', positionSeconds: 5 });
    expect({ status, body }).toEqual({
      status: 200,
      body: { outcome: 'refused', reason: 'same_device' },
    });
  });

  it('[SEC3] is held to its schema', async () => {
    const wrong = [
      {},
      { ...film, from: undefined },
      { ...film, to: 'a b' },
      { ...film, state: 'stopped' },
      { ...film, positionSeconds: 1.5 },
      { ...film, extra: true },
    ];
    for (const body of wrong) expect(await handOff(body)).toMatchObject({ status: 400 });
  });
});

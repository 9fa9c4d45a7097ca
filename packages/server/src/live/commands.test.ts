import { COMMAND_TIMEOUT_MS, type Command } from '@cuepoint/core';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { createSwitchedFeed } from '../testing/switched-feed.ts';
import { createCommands } from './commands.ts';
import { COMMANDS_GIVEN_MAX } from './limits.ts';
import { UserChannels } from './user-channels.ts';

const PLAY: Command = { action: 'play' };
const request = { userId: 'user', from: 'phone', to: 'tv', command: PLAY };

async function setup() {
  const bus = createMemoryBus();
  const feed = createSwitchedFeed(createMemoryFeed({ bus }));
  // Somebody who might hold the device.
  await Promise.all([feed.start(), createMemoryFeed({ bus }).start()]);
  const clock = new ManualClock();
  let ids = 0;
  const channels = new UserChannels({ feed, now: clock.now, onEvent: () => undefined });
  const commands = createCommands({
    channels,
    feed,
    randomUuid: () => `command-${(ids += 1)}`,
    setTimer: clock.setTimer,
    onEnded: () => undefined,
  });
  const channel = channels.acquire('user');
  const tv = new ScriptedSession({ deviceId: 'tv' });
  tv.session.isWelcomed = true;
  channel.sessions.add(tv.session);
  return { clock, feed, channels, channel, commands, tv };
}

test('[LIV7] a device that does not read is unreachable at once, here and for other instances', async () => {
  const { commands, channel, feed, tv } = await setup();
  tv.session.fallBehind();
  expect(await commands.send(request)).toEqual({ outcome: 'unreachable' });
  commands.heard(channel, { kind: 'command', commandId: 'c', ...request });
  expect(tv.sent).toEqual([]);
  expect(feed.published.map(({ event }) => event)).toEqual([
    { kind: 'commandResult', commandId: 'c', outcome: 'unreachable' },
  ]);
});

test('[LIV7] a session that is on its way out is not asked, one that is not welcomed neither', async () => {
  const { commands, clock, tv } = await setup();
  tv.session.isClosing = true;
  const asked = commands.send(request);
  await clock.advance(COMMAND_TIMEOUT_MS);
  expect(await asked).toEqual({ outcome: 'unreachable' });
  tv.session.isClosing = false;
  tv.session.isWelcomed = false;
  const again = commands.send(request);
  await clock.advance(COMMAND_TIMEOUT_MS);
  expect(await again).toEqual({ outcome: 'unreachable' });
  expect(tv.sent).toEqual([]);
});

test('[LIV7] commands of other instances are taken up to a bound', async () => {
  const { commands, channel, feed, tv } = await setup();
  const ask = (commandId: string): number => {
    feed.published.length = 0;
    commands.heard(channel, { kind: 'command', commandId, ...request });
    return feed.published.length;
  };
  for (let given = 0; given < COMMANDS_GIVEN_MAX; given += 1) expect(ask(`c${given}`)).toBe(1);
  expect(ask('one-more')).toBe(0);
  expect(tv.sent).toHaveLength(COMMANDS_GIVEN_MAX);
  commands.reported(channel, 'tv', { type: 'commandResult', id: 'c0', outcome: 'applied' });
  expect(ask('in-its-place')).toBe(1);
  expect(ask('one-more')).toBe(0);
});

test('[LIV7] nothing is left of a command of another instance once it has expired', async () => {
  const { commands, channel, clock, feed } = await setup();
  commands.heard(channel, { kind: 'command', commandId: 'c', ...request });
  await clock.advance(COMMAND_TIMEOUT_MS);
  expect(clock.timers).toBe(0);
  commands.reported(channel, 'tv', { type: 'commandResult', id: 'c', outcome: 'applied' });
  expect(feed.published.map(({ event }) => event)).toEqual([
    { kind: 'commandTaken', commandId: 'c' },
  ]);
});

test('[LIV7] what another instance says of a command counts for its own user only', async () => {
  const { commands, channels, clock, feed } = await setup();
  const asked = commands.send({ ...request, to: 'tablet' });
  await clock.advance(0);
  const published = feed.published.map(({ event }) => event);
  expect(published).toEqual([
    { kind: 'command', commandId: 'command-1', from: 'phone', to: 'tablet', command: PLAY },
  ]);
  const stranger = channels.acquire('stranger');
  commands.heard(stranger, { kind: 'commandTaken', commandId: 'command-1' });
  commands.heard(stranger, { kind: 'commandResult', commandId: 'command-1', outcome: 'applied' });
  await clock.advance(COMMAND_TIMEOUT_MS);
  expect(await asked).toEqual({ outcome: 'unreachable' });
  expect(clock.timers).toBe(0);
});

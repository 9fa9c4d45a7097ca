import type { DevicePresence, DownMessage, UpMessage, WireOp } from '@cuepoint/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WatchEvent } from './event.ts';
import { PENDING_MAX, WatchSession } from './watch-session.ts';

type Welcome = Extract<DownMessage, { type: 'welcome' }>;

const tagOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const timestampOf = (physical: number) => `${physical.toString(16).padStart(12, '0')}-0000`;
const addOf = (contentId: string, index = 1): WireOp => ({
  kind: 'watchlist.add',
  contentId,
  tag: tagOf(index),
  timestamp: timestampOf(index),
  deviceId: 'tv',
});
const phone: DevicePresence = {
  deviceId: 'phone',
  deviceType: 'Phone',
  platform: 'iOS',
  appVersion: '1',
  deviceName: null,
  capabilities: {},
  lastSeen: '2026-05-01T00:00:00.000Z',
  state: 'online',
};
const firstPage: Welcome = {
  type: 'welcome',
  protocol: 2,
  userId: 'u',
  serverTime: 5_000,
  changes: [],
  resync: true,
  more: true,
};
const welcome: Welcome = { ...firstPage, more: false, cursor: 'c1' };

let sent: UpMessage[];
let events: WatchEvent[];
let later: (() => void)[];
let isOpen: boolean;
let session: WatchSession;
const eventsOf = (name: WatchEvent['event']) => events.filter(({ event }) => event === name);
const sentOf = (type: UpMessage['type']) => sent.filter((message) => message.type === type);

beforeEach(() => {
  [sent, events, later, isOpen] = [[], [], [], true];
  let uuids = 0;
  session = new WatchSession(
    { deviceId: 'me', deviceType: 'Desktop', platform: 'Linux', appVersion: '1' },
    {
      send: (message) => isOpen && sent.push(message) > 0,
      emit: (event) => void events.push(event),
      later: (_ms, work) => void later.push(work),
      now: () => 1_000,
      randomUuid: () => tagOf((uuids += 1)),
    },
  );
});

function push(): Extract<UpMessage, { type: 'push' }> {
  const [last] = sentOf('push').slice(-1);
  if (last?.type !== 'push') throw new Error('nothing was pushed');
  return last;
}

describe('what a watcher keeps', () => {
  it('counts what was there before, and tells what happens', () => {
    session.hello('token');
    session.receive({ ...firstPage, changes: [addOf('a')] });
    session.receive({
      type: 'changes',
      ops: [addOf('b', 2)],
      resync: true,
      more: false,
      cursor: 'c1',
    });
    expect(events).toEqual([{ event: 'connected', userId: 'u', watchlist: 2, progress: 0 }]);
    session.receive({ type: 'changes', ops: [addOf('c', 3)] });
    expect(eventsOf('change')).toEqual([{ event: 'change', op: addOf('c', 3) }]);
  });

  it('goes on from its cursor, and tells what it missed but nothing twice', () => {
    session.receive(welcome);
    session.receive({ type: 'changes', ops: [addOf('a')] });
    session.closed();
    session.hello('token');
    expect(sent.at(-1)).toMatchObject({ type: 'hello', cursor: 'c1' });
    const missed = [addOf('a'), addOf('b', 2)];
    session.receive({ ...welcome, changes: missed, resync: false, cursor: 'c2' });
    expect(eventsOf('change')).toHaveLength(2);
    session.hello('token');
    expect(sent.at(-1)).toMatchObject({ cursor: 'c2' });
  });

  it('drops what the whole state does not hold any more', () => {
    session.receive(welcome);
    session.receive({ type: 'changes', ops: [addOf('gone')] });
    session.receive({ ...welcome, changes: [addOf('b', 2)], cursor: 'c2' });
    expect(eventsOf('connected').at(-1)).toMatchObject({ watchlist: 1 });
    session.act({ kind: 'remove', contentId: 'gone' });
    expect(sentOf('push')).toEqual([]);
  });

  it('tells of a device when its state changes, and never of itself', () => {
    session.receive(welcome);
    const devices: DevicePresence[] = [phone, { ...phone, deviceId: 'me' }];
    session.receive({ type: 'presence', devices });
    session.receive({ type: 'presence', devices: [{ ...phone, lastSeen: 'later' }] });
    session.receive({ type: 'presence', devices: [{ ...phone, state: 'offline' }] });
    expect(eventsOf('presence')).toMatchObject([
      { device: { state: 'online' } },
      { device: { state: 'offline' } },
    ]);
  });

  it('[LIV7] refuses every command: it plays nothing', () => {
    session.receive(welcome);
    session.receive({ type: 'command', id: 'x', from: 'phone', command: { action: 'play' } });
    expect(sent).toEqual([
      { type: 'commandResult', id: 'x', outcome: 'refused', reason: 'not_a_player' },
    ]);
    expect(eventsOf('command')).toHaveLength(1);
  });
});

describe('what is typed', () => {
  it("is stamped by the service's clock, and removes what was seen", () => {
    session.receive(welcome);
    session.receive({ type: 'changes', ops: [addOf('a')] });
    session.act({ kind: 'remove', contentId: 'a' });
    expect(push().ops).toMatchObject([
      { kind: 'watchlist.remove', tags: [tagOf(1)], timestamp: timestampOf(5_000) },
    ]);
    session.act({ kind: 'remove', contentId: 'unknown' });
    expect(eventsOf('problem')).toHaveLength(1);
  });

  it('is sent again with its tag and stamp until it is answered', () => {
    session.receive(welcome);
    session.act({ kind: 'add', contentId: 'a' });
    const first = push();
    session.closed();
    session.hello('token');
    session.receive({ ...welcome, resync: false });
    expect(sentOf('push')).toEqual([first, first]);
    session.receive({ type: 'ack', id: first.id, results: [{ result: 'duplicate' }] });
    expect(eventsOf('result')).toMatchObject([{ result: 'duplicate' }]);
    session.hello('token');
    session.receive({ ...welcome, resync: false });
    expect(sentOf('push')).toHaveLength(2);
    // Its own change is no news when a pull brings it back.
    session.receive({ type: 'changes', ops: first.ops as WireOp[] });
    expect(eventsOf('change')).toEqual([]);
  });

  it('is sent later when there is no connection, up to a limit', () => {
    isOpen = false;
    for (let typed = 0; typed <= PENDING_MAX; typed += 1)
      session.act({ kind: 'add', contentId: 'a' });
    expect(events.at(-1)).toMatchObject({ message: expect.stringContaining('not taken') });
    isOpen = true;
    session.receive(welcome);
    expect(sentOf('push')).toHaveLength(PENDING_MAX);
  });

  it('is tried again when the service says so, else its refusal is told', () => {
    session.receive(welcome);
    session.act({ kind: 'add', contentId: 'a' });
    const { id } = push();
    const error = { type: 'error', id, message: 'no', code: 'overloaded' } as const;
    session.receive({ ...error, retryAfterMs: 10 });
    for (const work of later) work();
    expect(sentOf('push')).toHaveLength(2);
    session.receive({ ...error, code: 'limit_exceeded' });
    expect(eventsOf('result')).toMatchObject([{ result: 'rejected', code: 'limit_exceeded' }]);
    for (const work of later) work();
    expect(sentOf('push')).toHaveLength(2);
  });

  it('is sent once over a new connection, whatever the old one had postponed', () => {
    session.receive(welcome);
    session.act({ kind: 'add', contentId: 'a' });
    const { id } = push();
    const stopping = { type: 'error', id, message: 'no', code: 'shutting_down' } as const;
    session.receive({ ...stopping, retryAfterMs: 10 });
    session.closed();
    session.receive(welcome);
    for (const work of later) work();
    expect(sentOf('push')).toHaveLength(2);
  });

  it('[LIV7] ends a command in one outcome, also when the connection goes', () => {
    session.receive(welcome);
    session.act({ kind: 'command', to: 'tv', command: { action: 'pause' } });
    const [command] = sentOf('command');
    const id = command?.type === 'command' ? command.id : '';
    session.receive({ type: 'commandResult', id, outcome: 'applied' });
    session.closed();
    session.act({ kind: 'command', to: 'tv', command: { action: 'play' } });
    session.closed();
    expect(eventsOf('outcome')).toMatchObject([
      { command: { action: 'pause' }, outcome: 'applied' },
      { command: { action: 'play' }, outcome: 'unknown' },
    ]);
  });
});

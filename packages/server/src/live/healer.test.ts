import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { ScriptedChanges } from '../testing/scripted-changes.ts';
import { contentsOf, createScriptedChannel, join, settle } from '../testing/scripted-channel.ts';
import type { ScriptedSession } from '../testing/scripted-session.ts';
import { createHealer } from './healer.ts';
import { CHANGES_PER_MESSAGE, PULLS_AT_ONCE_MAX, SEND_BUFFER_MAX_BYTES } from './limits.ts';

const INTERVAL_MS = 1_000;

function setup() {
  const clock = new ManualClock();
  const changes = new ScriptedChanges();
  const { channels, channel } = createScriptedChannel();
  channel.healedAtMs = clock.now();
  const failures: unknown[] = [];
  let deviceHeals = 0;
  const healer = createHealer(
    {
      channels,
      readChanges: changes.readChanges,
      healDevices: async () => {
        deviceHeals += 1;
      },
      now: clock.now,
      onHealed: () => undefined,
      onFailed: (error) => failures.push(error),
    },
    { intervalMs: INTERVAL_MS },
  );

  /** Sessions that joined one after the other; the reads are counted from then on. */
  async function joinAll(count: number) {
    const peers: ScriptedSession[] = [];
    for (let index = 0; index < count; index += 1) {
      const { peer, joined } = join(channel, changes, `d${index}`);
      await joined;
      peers.push(peer);
    }
    changes.count = 0;
    return peers as [ScriptedSession, ScriptedSession, ...ScriptedSession[]];
  }

  async function healed(): Promise<void> {
    healer.heal(channel);
    await settle();
  }

  const healsOfDevices = (): number => deviceHeals;
  return { clock, changes, channels, channel, healer, failures, healsOfDevices, joinAll, healed };
}

describe('the healing interval', () => {
  it('[LIV2] pulls once a user when it is over, however many sessions there are', async () => {
    const { clock, changes, healer, joinAll, healsOfDevices } = setup();
    const peers = await joinAll(5);
    changes.write();
    healer.tick();
    await clock.advance(INTERVAL_MS - 1);
    healer.tick();
    await settle();
    expect(changes.count).toBe(0);
    await clock.advance(1);
    healer.tick();
    healer.tick();
    await settle();
    expect({ reads: changes.count, devices: healsOfDevices() }).toEqual({
      reads: 1,
      devices: 1,
    });
    for (const peer of peers) {
      expect(peer.sent.at(-1)).toMatchObject({ resync: false, more: false, cursor: '1' });
      expect(peer.session.cursor).toBe('1');
    }
    healer.tick();
    await clock.advance(INTERVAL_MS);
    healer.tick();
    await settle();
    expect(changes.count).toBe(2);
  });

  it('[LIV2] pages of a pull carry the cursor on the last alone', async () => {
    const { changes, joinAll, healed } = setup();
    const [peer] = await joinAll(1);
    for (let index = 0; index <= CHANGES_PER_MESSAGE; index += 1) changes.write();
    await healed();
    expect(peer.sent.slice(-2)).toMatchObject([{ more: true }, { more: false, cursor: '501' }]);
    expect(peer.sent.at(-2)).not.toHaveProperty('cursor');
    expect(contentsOf(peer).size).toBe(CHANGES_PER_MESSAGE + 1);
  });

  it('tries again soon after a pull that failed, and loses nothing', async () => {
    const { clock, changes, healer, joinAll, failures } = setup();
    const [peer] = await joinAll(1);
    changes.write();
    changes.isHeld = true;
    await clock.advance(INTERVAL_MS);
    healer.tick();
    await settle();
    changes.reads[0]?.fail(new Error('of the database'));
    await settle();
    expect(failures).toHaveLength(1);
    expect(peer.closed).toBeUndefined();
    changes.isHeld = false;
    await clock.advance(4_999);
    healer.tick();
    await settle();
    expect(contentsOf(peer).size).toBe(0);
    await clock.advance(1);
    healer.tick();
    await settle();
    expect([...contentsOf(peer)]).toEqual(['0']);
  });
});

describe('a gap', () => {
  it('[LIV2] pulls for every user, few at one time', async () => {
    const { changes, channels, channel, healer } = setup();
    channels.release(channel);
    const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
    for (const userId of users) {
      const held = channels.acquire(userId);
      await held.subscribed;
      await join(held, changes, 'tv').joined;
    }
    changes.isHeld = true;
    changes.count = 0;
    healer.healAll();
    await settle();
    let most = 0;
    while (changes.reads.length > 0) {
      most = Math.max(most, changes.reads.length);
      changes.reads[0]?.answer();
      await settle();
    }
    expect({ most, count: changes.count }).toEqual({ most: PULLS_AT_ONCE_MAX, count: 20 });
  });

  it('[LIV2] while a pull is under way makes it pull once more', async () => {
    const { changes, channel, healer, joinAll } = setup();
    const [peer] = await joinAll(1);
    changes.isHeld = true;
    healer.heal(channel);
    await settle();
    changes.reads[0]?.execute();
    changes.write();
    healer.heal(channel);
    healer.heal(channel);
    changes.reads[0]?.answer();
    await settle();
    changes.reads[0]?.answer();
    await settle();
    expect({ reads: changes.count, contents: [...contentsOf(peer)] }).toEqual({
      reads: 2,
      contents: ['0'],
    });
  });

  it('[LIV2] while a session reads makes it read again', async () => {
    const { changes, channel, healer } = setup();
    changes.isHeld = true;
    const { peer, joined } = join(channel, changes, 'tv');
    changes.reads[0]?.execute();
    changes.write();
    healer.healAll();
    changes.reads[0]?.answer();
    await settle();
    expect(peer.session.phase).toBe('reading');
    changes.reads[0]?.answer();
    await joined;
    expect([...contentsOf(peer)]).toEqual(['0']);
  });
});

describe('a cursor that is handed out', () => {
  it('[LIV2] is not given to a session that was not live throughout the pull', async () => {
    const { changes, channel, healer, joinAll } = setup();
    const [slow, quick] = await joinAll(2);
    for (let index = 0; index <= CHANGES_PER_MESSAGE; index += 1) changes.write();
    changes.isHeld = true;
    healer.heal(channel);
    await settle();
    changes.reads[0]?.answer();
    await settle();
    slow.bufferedBytes = SEND_BUFFER_MAX_BYTES + 1;
    channel.deliver(changes.write());
    changes.reads[0]?.answer();
    await settle();
    expect([slow.session.phase, slow.session.cursor]).toEqual(['behind', '0']);
    expect(quick.session.cursor).toBe('501');
    slow.bufferedBytes = 0;
    changes.isHeld = false;
    healer.catchUp(slow.session, channel);
    await settle();
    expect(slow.session.phase).toBe('live');
    expect(contentsOf(slow).size).toBe(changes.writes);
  });

  it('[LIV2] is not given to one that was behind for a page and is live again for the next', async () => {
    const { changes, channel, healer, joinAll } = setup();
    const [peer] = await joinAll(1);
    changes.pageMax = 1;
    changes.isHeld = true;
    changes.write();
    healer.heal(channel);
    await settle();
    peer.session.fallBehind();
    healer.catchUp(peer.session, channel);
    await settle();
    const [pull, own] = changes.reads;
    own?.execute();
    // Lost by the feed, and on the first page of the pull alone.
    changes.write();
    pull?.answer();
    await settle();
    own?.answer();
    await settle();
    expect([peer.session.phase, peer.session.cursor]).toEqual(['live', '1']);
    changes.reads[0]?.answer();
    await settle();
    expect(peer.session.cursor).toBe('1');
    changes.isHeld = false;
    changes.reads[0]?.answer();
    await settle();
    expect([...contentsOf(peer)]).toEqual(['0', '1']);
  });

  it('[LIV2] covers nobody who read before it was known: what they missed is still told', async () => {
    const { changes, channel, healer } = setup();
    changes.isHeld = true;
    const early = join(channel, changes, 'early');
    const late = join(channel, changes, 'late');
    changes.reads[0]?.execute();
    // Lost by the feed: only the session whose read comes later has it.
    changes.write();
    changes.reads[1]?.answer();
    await late.joined;
    changes.reads[0]?.answer();
    await early.joined;
    changes.isHeld = false;
    healer.heal(channel);
    await settle();
    expect([...contentsOf(early.peer)]).toEqual(['0']);
    changes.count = 0;
    healer.heal(channel);
    await settle();
    expect(changes.count).toBe(1);
  });

  it('[LIV2] a session that joins during a pull is read for on its own, and then with all', async () => {
    const { changes, channel, healer, joinAll } = setup();
    await joinAll(1);
    changes.isHeld = true;
    healer.heal(channel);
    await settle();
    const { peer, joined } = join(channel, changes, 'new');
    changes.reads[1]?.answer();
    await joined;
    changes.write();
    changes.reads[0]?.answer();
    changes.isHeld = false;
    await settle();
    expect([...contentsOf(peer)]).toEqual(['0']);
    changes.count = 0;
    changes.write();
    healer.heal(channel);
    await settle();
    expect({ reads: changes.count, contents: [...contentsOf(peer)] }).toEqual({
      reads: 1,
      contents: ['0', '1'],
    });
  });
});

describe('a cursor that is refused', () => {
  it('[CUR2] gets each session the whole state, and one read serves all again after it', async () => {
    const { changes, joinAll, healed } = setup();
    const peers = await joinAll(3);
    changes.write();
    changes.floor = 1;
    await healed();
    for (const peer of peers) {
      expect(peer.sent.at(-1)).toMatchObject({ resync: true, more: false, cursor: '1' });
    }
    await healed();
    changes.count = 0;
    changes.write();
    await healed();
    expect(changes.count).toBe(1);
    for (const peer of peers) expect([...contentsOf(peer)]).toEqual(['0', '1']);
  });

  it('[LIV4] a session that does not take its pages holds up none of the others', async () => {
    const { changes, joinAll, healed } = setup();
    const [stalled, quick] = await joinAll(2);
    changes.floor = 1;
    changes.write();
    stalled.isStalled = true;
    await healed();
    expect([...contentsOf(quick)]).toEqual(['0']);
    changes.write();
    await healed();
    expect([...contentsOf(quick)]).toEqual(['0', '1']);
    stalled.isStalled = false;
    stalled.take();
    await settle();
    expect([...contentsOf(stalled)]).toEqual(['0', '1']);
  });

  it('sends a session away that cannot be read for: it would wait for ever', async () => {
    const { changes, channel, healer, joinAll, failures } = setup();
    const [peer] = await joinAll(1);
    peer.session.fallBehind();
    changes.isHeld = true;
    healer.catchUp(peer.session, channel);
    await settle();
    changes.reads[0]?.fail(new Error('of the database'));
    await settle();
    expect(peer.closed).toEqual({ code: 4503, reason: 'retryAfterMs=5000' });
    expect(failures).toHaveLength(1);
  });

  it('tells a session whose pages are void so: it comes back at once, without its cursor', async () => {
    const { changes, channel, healer, joinAll, failures } = setup();
    const [peer] = await joinAll(1);
    changes.isHeld = true;
    healer.catchUp(peer.session, channel);
    await settle();
    changes.reads[0]?.fail(new CuepointError('invalid_cursor', 'Void.', { field: 'page' }));
    await settle();
    expect(peer.sent.at(-1)).toMatchObject({ type: 'error', code: 'invalid_cursor' });
    expect(peer.closed).toMatchObject({ code: CLOSE_CODES.badMessage });
    expect(failures).toEqual([]);
  });
});

describe('a stop', () => {
  it('waits for the pulls under way, and begins none', async () => {
    const { changes, channel, healer, joinAll } = setup();
    await joinAll(1);
    changes.isHeld = true;
    healer.heal(channel);
    await settle();
    let isStopped = false;
    const stopped = healer.stop().then(() => {
      isStopped = true;
    });
    await settle();
    expect(isStopped).toBe(false);
    changes.reads[0]?.answer();
    await stopped;
    healer.heal(channel);
    healer.healAll();
    await settle();
    expect(changes.reads).toHaveLength(0);
  });
});

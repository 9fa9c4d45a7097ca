import { describe, expect, it } from 'vitest';
import { ScriptedChanges } from '../testing/scripted-changes.ts';
import { contentsOf, createScriptedChannel, join, settle } from '../testing/scripted-channel.ts';
import { catchUp } from './catch-up.ts';
import { CHANGES_PER_MESSAGE, HELD_LENGTH_MAX } from './limits.ts';

function setup(writes: number) {
  const changes = new ScriptedChanges();
  for (let index = 0; index < writes; index += 1) changes.write();
  return { changes, ...createScriptedChannel() };
}

describe('catching a session up', () => {
  it('sends page by page, the next only when the peer has taken the one before [LIV4]', async () => {
    const { changes, channel } = setup(2 * CHANGES_PER_MESSAGE + 1);
    const { peer, joined } = join(channel, changes, 'tv');
    peer.isStalled = true;
    await settle();
    expect({ reads: changes.count, messages: peer.sent.length }).toEqual({ reads: 1, messages: 1 });
    peer.take();
    await settle();
    expect(changes.count).toBe(2);
    peer.take();
    await settle();
    peer.take();
    await joined;
    expect(peer.sent).toMatchObject([
      { type: 'changes', resync: true, more: true },
      { type: 'changes', resync: true, more: true },
      { type: 'changes', resync: true, more: false, cursor: String(changes.writes) },
    ]);
    expect(contentsOf(peer).size).toBe(changes.writes);
    expect(peer.session.phase).toBe('live');
  });

  it('begins at the cursor, and moves it only with the last page', async () => {
    const { changes, channel } = setup(CHANGES_PER_MESSAGE + 5);
    const { peer, joined } = join(channel, changes, 'tv', '3');
    peer.isStalled = true;
    await settle();
    expect(peer.session.cursor).toBe('3');
    peer.take();
    await settle();
    peer.take();
    await joined;
    expect(contentsOf(peer).has('2')).toBe(false);
    expect(peer.session.cursor).toBe(String(changes.writes));
  });

  it('[LIV9] sends what commits after its read, once the pages are out', async () => {
    const { changes, channel } = setup(1);
    changes.isHeld = true;
    const { peer, joined } = join(channel, changes, 'tv');
    changes.reads[0]?.execute();
    channel.deliver(changes.write());
    changes.reads[0]?.answer();
    await joined;
    expect(peer.sent.map((message) => 'more' in message)).toEqual([true, false]);
    expect([...contentsOf(peer)]).toEqual(['0', '1']);
  });

  it('[LIV4] reads again what it could not hold, from the new cursor', async () => {
    const { changes, channel } = setup(1);
    changes.isHeld = true;
    const { peer, joined } = join(channel, changes, 'tv');
    changes.reads[0]?.execute();
    channel.deliver(`"${'x'.repeat(HELD_LENGTH_MAX)}"`);
    channel.deliver(changes.write());
    changes.reads[0]?.answer();
    await settle();
    expect(changes.reads[0]?.request.cursor).toBe('1');
    changes.reads[0]?.answer();
    await joined;
    expect([...contentsOf(peer)]).toEqual(['0', '1']);
  });

  it('ends with the session, and reads nothing more for it', async () => {
    const { changes, channel } = setup(CHANGES_PER_MESSAGE + 1);
    const { peer, joined } = join(channel, changes, 'tv');
    peer.isStalled = true;
    await settle();
    peer.session.close(1012);
    peer.take();
    await joined;
    expect(changes.count).toBe(1);
  });

  it('ends when nobody is there to read for, and leaves the session as it is', async () => {
    const { channel } = setup(0);
    const { peer } = join(channel, new ScriptedChanges(), 'tv');
    await settle();
    await catchUp(() => Promise.resolve(undefined), peer.session, channel);
    expect(peer.session.phase).toBe('reading');
  });

  it('passes on what a read fails with', async () => {
    const { changes, channel } = setup(0);
    changes.isHeld = true;
    const { joined } = join(channel, changes, 'tv');
    changes.reads[0]?.fail(new Error('of the database'));
    await expect(joined).rejects.toThrow('of the database');
  });
});

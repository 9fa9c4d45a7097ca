import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ScriptedChanges } from '../testing/scripted-changes.ts';
import { contentsOf, createScriptedChannel, join, settle } from '../testing/scripted-channel.ts';
import type { ScriptedSession } from '../testing/scripted-session.ts';
import { createHealer } from './healer.ts';
import { SEND_BUFFER_MAX_BYTES } from './limits.ts';

type Step =
  | { readonly kind: 'write'; readonly isLost: boolean }
  | {
      readonly kind: 'join' | 'leave' | 'stall' | 'drain' | 'execute' | 'answer';
      readonly at: number;
    }
  | { readonly kind: 'heal' | 'refuse' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('write' as const), isLost: fc.boolean() }),
    },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constantFrom('join', 'leave', 'stall', 'drain', 'execute', 'answer', 'answer'),
        at: fc.nat(4),
      }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: 'heal' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'refuse' } as const) },
  ),
  { minLength: 5, maxLength: 80 },
);

class World {
  readonly changes = new ScriptedChanges();
  readonly channel = createScriptedChannel().channel;
  readonly peers: ScriptedSession[] = [];
  #joins = 0;
  readonly healer = createHealer(
    {
      channels: createScriptedChannel().channels,
      readChanges: this.changes.readChanges,
      healDevices: () => Promise.resolve(),
      now: () => 0,
      onHealed: () => undefined,
      onFailed: (error) => {
        throw error;
      },
    },
    { intervalMs: 1 },
  );

  constructor() {
    this.changes.isHeld = true;
    this.changes.pageMax = 2;
  }

  run(step: Step): void {
    switch (step.kind) {
      case 'write': {
        const op = this.changes.write();
        if (!step.isLost) this.channel.deliver(op);
        return;
      }
      case 'heal':
        this.healer.heal(this.channel);
        return;
      case 'refuse':
        this.changes.floor = this.changes.writes;
        return;
      case 'join':
        this.#joins += 1;
        this.peers.push(join(this.channel, this.changes, `d${this.#joins}`).peer);
        return;
      case 'leave': {
        const [peer] = this.peers.splice(step.at, 1);
        peer?.session.close(1012);
        if (peer !== undefined) this.channel.sessions.delete(peer.session);
        return;
      }
      case 'stall':
        this.#stall(this.peers[step.at]);
        return;
      case 'drain':
        this.#drain(this.peers[step.at]);
        return;
      case 'execute':
        this.changes.reads[step.at]?.execute();
        return;
      case 'answer':
        this.changes.reads[step.at]?.answer();
    }
  }

  /** Nobody stalls, no read waits, and what was lost is pulled for. */
  async end(): Promise<void> {
    this.changes.isHeld = false;
    for (const peer of this.peers) this.#drain(peer);
    while (this.changes.reads.length > 0) {
      this.changes.reads[0]?.answer();
      await settle();
    }
    this.healer.heal(this.channel);
    await settle();
  }

  #stall(peer: ScriptedSession | undefined): void {
    if (peer === undefined) return;
    peer.bufferedBytes = SEND_BUFFER_MAX_BYTES + 1;
    peer.isStalled = true;
  }

  #drain(peer: ScriptedSession | undefined): void {
    if (peer === undefined) return;
    peer.bufferedBytes = 0;
    peer.isStalled = false;
    peer.take();
    if (peer.session.phase === 'behind') this.healer.catchUp(peer.session, this.channel);
  }
}

/** A reconnect reads from there: what is before it and was not sent is never sent. */
function requireCursorsAreTrue(peers: readonly ScriptedSession[]): void {
  for (const peer of peers) {
    const contents = contentsOf(peer);
    for (let index = 0; index < Number(peer.session.cursor ?? 0); index += 1) {
      expect(contents.has(String(index)), `${index} before ${peer.session.cursor}`).toBe(true);
    }
  }
}

it('[LIV2] whatever is lost, slow or refused, a cursor never passes what was sent, and healing converges', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const world = new World();
      for (const step of sequence) {
        world.run(step);
        await settle();
        requireCursorsAreTrue(world.peers);
      }
      await world.end();
      requireCursorsAreTrue(world.peers);
      for (const peer of world.peers) {
        expect(peer.session.phase).toBe('live');
        expect(contentsOf(peer).size).toBe(world.changes.writes);
      }
    }),
    { numRuns: 500 },
  );
});

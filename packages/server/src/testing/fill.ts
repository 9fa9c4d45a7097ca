import { randomUUID } from 'node:crypto';
import { OPS_PER_PUSH_MAX, timestampToText } from '@cuepoint/core';
import type { TestUser } from './test-api.ts';

/** Pushes ops of a device of no session, over HTTP. */
export async function pushOverHttp(user: TestUser, ops: readonly object[]): Promise<void> {
  for (let start = 0; start < ops.length; start += OPS_PER_PUSH_MAX) {
    const { status } = await user.call('POST', '/sync', {
      body: { deviceId: 'filler', ops: ops.slice(start, start + OPS_PER_PUSH_MAX) },
    });
    if (status !== 200) throw new Error(`the ops were not taken: ${status}`);
  }
}

/** Distinct stored rows of every kind: live and removed tags, positions and cleared ones. */
export function variedOps(count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const common = {
      contentId: `content ${index}`,
      timestamp: timestampToText({ physical: 1_000 + index, logical: 0 }),
    };
    switch (index % 4) {
      case 0:
        return { kind: 'watchlist.add', ...common, tag: randomUUID() };
      case 1:
        return { kind: 'watchlist.remove', ...common, tags: [randomUUID()] };
      case 2:
        return { kind: 'progress.clear', ...common };
      default:
        return {
          kind: 'progress.set',
          ...common,
          positionSeconds: index,
          durationSeconds: 10_000,
          state: 'paused',
        };
    }
  });
}

import { textToTimestamp } from '@cuepoint/core';
import { expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeService } from '../testing/fake-service.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import { createMemoryTabs } from '../testing/memory-tabs.ts';
import { openApp, type App } from '../testing/open-app.ts';

const at = (positionSeconds: number) =>
  ({ positionSeconds, durationSeconds: 6_000, state: 'playing' }) as const;

/** Two tabs of one browser: one device, one storage, one service. */
async function twoTabs() {
  const group = createMemoryTabs();
  const storage = new FakeStorage();
  const clock = new FakeEnvironment();
  const service = new FakeService(() => clock.trueMs);
  const environments = [new FakeEnvironment({ seed: '1' }), new FakeEnvironment({ seed: '2' })];
  const tabs: App[] = [];
  for (const environment of environments) {
    tabs.push(await openApp({ storage, service, environment, tabs: group.open() }));
  }
  const [first, second] = tabs;
  if (first === undefined || second === undefined) throw new Error('two tabs');
  const pass = async (ms: number) => {
    await clock.advance(ms);
    for (const environment of environments) await environment.advance(ms);
    await settled();
  };
  return { first, second, pass, close: () => Promise.all(tabs.map(({ state }) => state.close())) };
}

it('[CLM3] a tab continues its own act, and is silent once another tab of the device acted in the content', async () => {
  const { first, second, pass, close } = await twoTabs();
  first.state.progress.set('film', at(100));
  await pass(10_000);
  second.state.progress.set('film', at(2_000));
  await pass(10_000);
  expect(first.state.progress.report('film', at(120))).toBe(false);
  expect(second.state.progress.report('film', at(2_010))).toBe(true);
  await pass(10_000);
  for (const { state } of [first, second]) expect(state.progress.resume('film')).toBe(2_010);
  first.state.progress.set('film', at(130));
  await pass(10_000);
  expect(second.state.progress.report('film', at(2_030))).toBe(false);
  expect(first.state.progress.report('film', at(140))).toBe(true);
  await pass(10_000);
  for (const { state } of [first, second]) expect(state.progress.resume('film')).toBe(140);
  await close();
});

it.each(['measured', 'unknown'])(
  '[CLM6] what a tab writes is sent by another with its claim, where the time is %s',
  async (time) => {
    const { first, second, pass, close } = await twoTabs();
    const { service } = first;
    expect(second.state.inspect().isLeader).toBe(false);
    if (time === 'unknown') {
      // As after a sleep: all that waits is stamped anew.
      service.cut();
      for (const { environment } of [first, second]) environment.skewMs += 3_600_000;
    }
    second.state.progress.set('film', at(100));
    await pass(20_000);
    expect(second.state.progress.report('film', at(120))).toBe(true);
    service.isReachable = true;
    for (const { state } of [first, second]) state.reconnect();
    await pass(60_000);
    expect(first.state.inspect().isLeader).toBe(true);
    const told = service.pushes.flatMap(({ ops }) => ops).at(-1) as unknown as Record<
      string,
      string
    >;
    expect(told).toMatchObject({ kind: 'progress.set', positionSeconds: 120 });
    const [claim, timestamp] = ['claim', 'timestamp'].map((name) =>
      textToTimestamp(told[name] ?? ''),
    );
    expect((timestamp?.physical ?? 0) - (claim?.physical ?? 0)).toBe(20_000);
    await close();
  },
);

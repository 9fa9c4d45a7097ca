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

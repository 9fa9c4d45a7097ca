import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { stubPlainPage } from '../testing/fake-page.ts';
import { browserTabs } from './browser-tabs.ts';

/** A lease that runs out: a look sees it last, three more see no sign. */
const TAKEN_WITHIN_MS = 8_500;
const STEP_MS = 500;

let page: EventTarget;
beforeEach(() => {
  page = stubPlainPage();
});
afterEach(() => vi.unstubAllGlobals());

interface Tab {
  readonly environment: FakeEnvironment;
  readonly turn: { confirm(): true | Promise<boolean>; end(): void };
  readonly heard: string[];
  isRunning: boolean;
}

let opened = 0;
const tabs: Tab[] = [];
afterEach(() => {
  for (const { turn } of tabs.splice(0)) turn.end();
});

function open(name = 'app'): Tab {
  opened += 1;
  const environment = new FakeEnvironment({ seed: opened.toString(16) });
  const heard: string[] = [];
  const turn = browserTabs(environment).lead(
    name,
    () => heard.push('leads'),
    () => heard.push('lost'),
  );
  const tab = { environment, turn, heard, isRunning: true };
  tabs.push(tab);
  return tab;
}

function end(tab: Tab): void {
  tab.turn.end();
  tab.isRunning = false;
}

const isLeading = ({ heard }: Tab) => heard.at(-1) === 'leads';
const leaders = () => tabs.filter((tab) => tab.isRunning && isLeading(tab)).length;

/** What a database does without time. */
async function done(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) await settled();
}

async function pass(ms: number): Promise<void> {
  await done();
  for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
    for (const { environment, isRunning } of tabs) {
      if (isRunning) await environment.advance(STEP_MS);
      else environment.freeze(STEP_MS);
    }
    await done();
    expect(leaders()).toBeLessThanOrEqual(1);
  }
}

describe('a lease', () => {
  it('[ENG2] is of one of those that ask at one moment, and stays with it', async () => {
    const all = [open(), open(), open()];
    await pass(60_000);
    expect(all.map(({ heard }) => heard)).toEqual([['leads'], [], []]);
    expect(all[0]?.turn.confirm()).toBe(true);
    expect(await all[1]?.turn.confirm()).toBe(false);
  });

  it('[ENG2] of another name is waited for by nobody', async () => {
    open();
    const other = open('other');
    await done();
    expect(other.heard).toEqual(['leads']);
  });

  it('[ENG2] of a tab that was killed is taken by one of the others in bounded time', async () => {
    const [first, second, third] = [open(), open(), open()];
    await pass(10_000);
    first.isRunning = false;
    await pass(4_000);
    expect(leaders()).toBe(0);
    await pass(TAKEN_WITHIN_MS - 4_000);
    expect(leaders()).toBe(1);
    await pass(60_000);
    expect([second.heard, third.heard].flat()).toEqual(['leads']);
  });

  it('[ENG2] is lost by a tab that was frozen for an hour, which asks before it sends', async () => {
    const [first, second] = [open(), open()];
    await pass(3_000);
    first.isRunning = false;
    await pass(3_600_000 / 100);
    expect(second.heard).toEqual(['leads']);
    // Nothing of it has run yet.
    expect(first.heard).toEqual(['leads']);
    const asked = first.turn.confirm();
    expect(asked).not.toBe(true);
    await done();
    expect(await asked).toBe(false);
    expect(first.heard).toEqual(['leads', 'lost']);
    first.isRunning = true;
    end(second);
    await pass(500);
    expect(first.heard).toEqual(['leads', 'lost', 'leads']);
  });

  it('[ENG2] that another had and gave back meanwhile was lost: what that one did is read first', async () => {
    const [first, second] = [open(), open()];
    await pass(3_000);
    first.isRunning = false;
    await pass(20_000);
    end(second);
    await done();
    first.isRunning = true;
    await pass(3_000);
    expect(first.heard).toEqual(['leads', 'lost', 'leads']);
  });

  it('[ENG2] stays with a tab that was frozen alone', async () => {
    const first = open();
    await done();
    first.environment.freeze(3_600_000);
    const asked = first.turn.confirm();
    expect(asked).not.toBe(true);
    await done();
    expect(await asked).toBe(true);
    expect(first.heard).toEqual(['leads']);
  });

  it('[ENG2] is taken from no tab whose timers are slowed down to one a minute', async () => {
    const [first, second] = [open(), open()];
    await pass(3_000);
    for (let minute = 0; minute < 20; minute += 1) {
      // Whichever runs first in its minute.
      for (const { environment } of minute % 2 === 0 ? [first, second] : [second, first]) {
        environment.freeze(60_000);
        await environment.advance(0);
        await done();
      }
    }
    expect([first.heard, second.heard]).toEqual([['leads'], []]);
  });

  it('[ENG2] that is given back goes to the next at once, and so does that of a page that is left', async () => {
    const [first, second, third] = [open(), open(), open()];
    await pass(3_000);
    first.turn.end();
    await done();
    expect([second, third].filter(isLeading).length).toBe(1);
    page.dispatchEvent(new Event('pagehide'));
    await done();
    const next = open();
    await done();
    expect(next.heard).toEqual(['leads']);
  });

  it('[ENG2] that is given back goes at once to a second state of the same page, which hears no event of localStorage', async () => {
    const texts = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => texts.get(key) ?? null,
      setItem: (key: string, text: string) => texts.set(key, text),
    });
    const [first, second] = [open(), open()];
    await done();
    first.turn.end();
    await done();
    expect(second.heard).toEqual(['leads']);
  });

  it('[ENG2] is asked for anew by a page that is shown again out of the back-forward cache', async () => {
    const first = open();
    await done();
    page.dispatchEvent(new Event('pagehide'));
    first.isRunning = false;
    const second = open();
    await done();
    expect(second.heard).toEqual(['leads']);
    first.isRunning = true;
    first.environment.signal('visible');
    expect(first.heard).toEqual(['leads', 'lost']);
    await pass(20_000);
    expect([isLeading(first), isLeading(second)]).toEqual([false, true]);
    second.turn.end();
    await done();
    expect(isLeading(first)).toBe(true);
  });

  it('[ENG2] is not needed where there is no database, or one that hangs', async () => {
    vi.stubGlobal('indexedDB', {
      open() {
        throw new Error('not allowed');
      },
    });
    const refused = open('refused');
    await done();
    expect(refused.heard).toEqual(['leads']);
    tabs.splice(0)[0]?.turn.end();
    vi.stubGlobal('indexedDB', { open: () => new EventTarget() });
    const hanging = open('hanging');
    await pass(5_500);
    expect(hanging.heard).toEqual(['leads']);
  });
});

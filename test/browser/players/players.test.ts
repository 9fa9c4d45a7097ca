import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson, ROOT } from '../../architecture/source-files.ts';
import { hasEngine, type EngineBrowser } from '../../support/browsers/browser.ts';
import { openEngine } from '../../support/browsers/open-engine.ts';
import { hasFfmpeg, makeStreams, type Streams } from '../../support/streams.ts';
import { startPlayerPage, type PlayerPage } from '../player-page.ts';
import { pageOf, pages, PLAYERS, type PlayerName } from './index.ts';
import { SITUATIONS, type Position, type Situation, type Stored } from './situations.ts';

/** A place is looked at four times a second. */
const TOLERANCE_SECONDS = 1;
const NAMES = Object.keys(PLAYERS) as PlayerName[];

let streams: Streams | undefined;
let page: PlayerPage;
const isReady = hasEngine('Chromium') && hasFfmpeg();
/** What came of each situation in Chromium. */
const seen = new Map<PlayerName, Map<Situation, 'right' | 'wrong' | 'none'>>();

beforeAll(async () => {
  if (!isReady) return;
  streams = await makeStreams();
  page = await startPlayerPage({ more: pages(), streams });
});
afterAll(async () => {
  await page?.close();
  await streams?.close();
});

describe.skipIf(!isReady)('players in Chromium', () => {
  let browser: EngineBrowser;
  beforeAll(async () => {
    browser = await openEngine('Chromium');
  });
  afterAll(() => browser?.close());

  for (const player of NAMES) {
    for (const situation of SITUATIONS) {
      it.concurrent(`[ENG4] ${player}: ${situation.name}`, { timeout: 60_000 }, async () => {
        const row = seen.get(player) ?? new Map<Situation, 'right' | 'wrong' | 'none'>();
        seen.set(player, row.set(situation, 'wrong'));
        const { right, stored } = await perform(browser, player, situation);
        if (right === undefined) row.set(situation, 'none');
        else {
          expectPlaces(stored, right);
          row.set(situation, 'right');
        }
      });
    }
  }
});

describe.skipIf(!isReady || !hasEngine('Firefox'))('players in Firefox', () => {
  const ROWS = /^a resume$|^another title: detach, load, bind$|^unloaded|^live$/;
  let browser: EngineBrowser;
  beforeAll(async () => {
    browser = await openEngine('Firefox');
  });
  afterAll(() => browser?.close());

  // One after the other: Firefox shows one page at a time.
  for (const player of ['hls.js', 'shaka', 'dash.js', 'video.js'] as const) {
    for (const situation of SITUATIONS.filter(({ name }) => ROWS.test(name))) {
      it(`[ENG4] ${player}: ${situation.name}`, { timeout: 60_000 }, async () => {
        const { right, stored } = await perform(browser, player, situation);
        expectPlaces(stored, right ?? {});
      });
    }
  }
});

/** @returns what is right, and what the service has; `undefined` where this player has no such stream. */
async function perform(browser: EngineBrowser, player: PlayerName, situation: Situation) {
  const userId = page.newUser();
  for (const [contentId, position] of Object.entries(situation.before)) {
    if (position !== undefined) await page.store(userId, contentId, position);
  }
  const tab = await browser.open(page.urlOf(userId, pageOf(player)));
  try {
    const right = await tab.run<Stored | null>(
      `const [name, source, needs, contentIds, key] = args;
      if (MORE.code.sources[source] === undefined) return null;
      if (needs !== null && !MORE.code.can.includes(needs)) return null;
      const state = await opening;
      for (const contentId of contentIds) await knows(contentId);
      const right = await MORE.perform(name, { state, video, key });
      await state.whenDurable();
      return right;`,
      situation.name,
      situation.source,
      situation.needs ?? null,
      Object.keys(situation.before),
      userId,
    );
    if (right === null) return { right: undefined, stored: {} };
    const stored: Record<string, Position | undefined> = {};
    for (const contentId of Object.keys(right)) {
      stored[contentId] = await page.stored(userId, contentId);
    }
    return { right, stored };
  } finally {
    await tab.close();
  }
}

function expectPlaces(stored: Stored, right: Stored): void {
  const near = Object.entries(right).map(([contentId, position]) => {
    const at = stored[contentId]?.positionSeconds ?? Number.NaN;
    const isNear = Math.abs(at - (position?.positionSeconds ?? 0)) <= TOLERANCE_SECONDS;
    return [contentId, position && isNear ? { ...position, positionSeconds: at } : position];
  });
  expect(stored).toEqual(Object.fromEntries(near));
}

describe.skipIf(!isReady)('the guide', () => {
  it('[ENG4] has the table of what was seen', () => {
    const rows = new Map(SITUATIONS.map(({ name, row, right }) => [row ?? name, right]));
    const cellOf = (player: PlayerName, row: string) => {
      const results = SITUATIONS.filter((one) => (one.row ?? one.name) === row).map((situation) =>
        seen.get(player)?.get(situation),
      );
      if (results.every((result) => result === 'none')) return '–';
      return results.every((result) => result === 'right') ? '✓' : 'wrong';
    };
    const versionOf = (player: PlayerName) => {
      const found = PLAYERS[player];
      if (!('package' in found)) return player;
      const { version } = readJson(`node_modules/${found.package}/package.json`) as {
        version: string;
      };
      return `${player} ${version}`;
    };
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const table = [
      line(['situation', 'right', ...NAMES.map(versionOf)]),
      line(['---', '---', ...NAMES.map(() => '---')]),
      ...[...rows].map(([row, right]) =>
        line([row, right, ...NAMES.map((player) => cellOf(player, row))]),
      ),
    ].join('\n');
    expect(readFileSync(path.join(ROOT, 'docs/client.md'), 'utf8')).toContain(table);
  });
});

import type { Chance } from './chance.ts';

/** One thing that happens in a run. Devices, users, films and services are named by their number. */
export type Action =
  | { readonly do: 'add' | 'remove' | 'clear'; readonly device: number; readonly film: number }
  /** A person does something; a timer reports; the next film begins by itself. */
  | {
      readonly do: 'watch' | 'tick' | 'autoplay';
      readonly device: number;
      readonly film: number;
      readonly seconds: number;
    }
  /** What a person says of a film, or of the series that it is in. */
  | {
      readonly do: 'say';
      readonly what: (typeof SAID)[number];
      readonly device: number;
      readonly film: number;
    }
  /** The last play of a film that anybody of the user told of is taken out of the history. */
  | { readonly do: 'unplay'; readonly device: number; readonly film: number }
  /** A film comes out, or will not for now; it turns out to be another one under another name, or not to be. */
  | { readonly do: 'release' | 'postpone' | 'part'; readonly film: number }
  | { readonly do: 'join'; readonly film: number; readonly other: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** The network stalls; `isCut`: connections are lost as well. */
  | { readonly do: 'stall'; readonly device: number; readonly isCut: boolean }
  | { readonly do: 'heal'; readonly device: number }
  | { readonly do: 'crashDevice' | 'startDevice' | 'backUp' | 'restore'; readonly device: number }
  /** The wall clock of the device is off by so much from now on. */
  | { readonly do: 'setClock'; readonly device: number; readonly skewMs: number }
  | { readonly do: 'signIn'; readonly device: number; readonly user: number }
  | { readonly do: 'revoke'; readonly device: number }
  | { readonly do: 'killService' | 'stopService' | 'startService'; readonly service: number }
  /** The wall clock of the machine of a service, or of the database, is off by so much from now on. */
  | { readonly do: 'setServiceClock'; readonly service: number; readonly skewMs: number }
  | { readonly do: 'setDatabaseClock'; readonly skewMs: number }
  | { readonly do: 'crashDatabase' | 'collectGarbage' | 'loseFeed' | 'troubleDatabase' }
  /** Everything is mended, and everything is checked. */
  | { readonly do: 'quiet' };

export const USERS = 2;
export const DEVICES = 4;
export const FILMS = 4;
export const SERVICES = 2;

const START_MS = Date.UTC(2026, 5, 1);
const YEAR_1970_MS = -START_MS;
const YEAR_2099_MS = Date.UTC(2099, 11, 31) - START_MS;
const ACTIONS_MIN = 12;
const ACTIONS_SPREAD = 70;
/** Waits of ten minutes are long enough for what a device does each five. */
const PATIENCE = 10;
const HOUR_MS = 3_600_000;
/** The share of runs in which clocks of services are wrong. */
const WRONG_CLOCKS = 0.4;
const CLOCKS_SET_MAX = 6;
/** The share of runs in which screens play on by themselves. */
const UNWATCHED_RUNS = 0.5;
const PLAYING_ON = ['watch', 'watch', 'watch', 'tick', 'tick', 'tick', 'tick', 'autoplay'] as const;
/** The share of runs in which people say what they think of what they watch. */
const TALKING_RUNS = 0.5;
export const SAID = [
  'finish',
  'finish',
  'mark',
  'mark',
  'unmark',
  'dismiss',
  'dismiss',
  'restore',
  'rewatch',
  'endRewatch',
] as const;
/** The share of runs in which more is learnt of the films, and histories are tidied up. */
const LEARNING_RUNS = 0.4;
const LEARNT_MAX = 12;
/** The share of runs in which hardly anything happens, and for how long nothing does. */
const QUIET_RUNS = 0.1;
const IDLE_MIN_MS = 2 * 60_000;
const IDLE_MAX_MS = 2 * HOUR_MS;
const QUIET_WRITES_MAX = 6;

/** What a seed makes happen: much, or now and then one person who changes something after a long time. */
export function drawHistory(chance: Chance): Action[] {
  const quiet = chance.of('quiet');
  return quiet.isLucky(QUIET_RUNS) ? drawQuietHistory(quiet) : drawBusyHistory(chance);
}

function drawQuietHistory(chance: Chance): Action[] {
  const device = chance.below(DEVICES);
  const actions = Array.from({ length: 1 + chance.below(QUIET_WRITES_MAX) }, (): Action[] => [
    { do: 'wait', ms: Math.ceil(chance.between(IDLE_MIN_MS, IDLE_MAX_MS)) },
    drawWrite(chance, device),
  ]);
  return [...actions.flat(), { do: 'quiet' }];
}

/** Writes are most of it; each run has its own taste for faults, and its own patience. */
function drawBusyHistory(chance: Chance): Action[] {
  const count = ACTIONS_MIN + chance.below(ACTIONS_SPREAD);
  const taste = chance.between(0.1, 0.6);
  const patience = chance.of('patience').isLucky(0.25) ? PATIENCE : 1;
  const actions: Action[] = [];
  for (let index = 0; index < count; index += 1) {
    const isFault = chance.isLucky(taste);
    actions.push(isFault ? drawFault(chance) : drawWrite(chance));
    if (chance.isLucky(0.4)) actions.push({ do: 'wait', ms: patience * drawWait(chance) });
  }
  const screens = chance.of('screens');
  if (screens.isLucky(UNWATCHED_RUNS)) leaveScreens(actions, screens);
  const viewers = chance.of('viewers');
  if (viewers.isLucky(TALKING_RUNS)) talk(actions, viewers);
  const facts = chance.of('title facts');
  if (facts.isLucky(LEARNING_RUNS)) learn(actions, facts);
  const clocks = chance.of('clocks');
  if (clocks.isLucky(WRONG_CLOCKS)) setClocks(actions, clocks);
  return [...actions, { do: 'quiet' }];
}

/** Of what plays somebody watches a part; a screen that is cut off plays on while its person goes on at another. */
function leaveScreens(actions: Action[], chance: Chance): void {
  const history = actions.splice(0).flatMap((action): Action[] => {
    if (action.do === 'watch') return [{ ...action, do: chance.pick(PLAYING_ON) }];
    if (action.do !== 'stall' || chance.isLucky(0.5)) return [action];
    const { device } = action;
    const film = chance.below(FILMS);
    const play = (how: 'watch' | 'tick', on: number): Action => {
      return { do: how, device: on, film, seconds: chance.below(7_000) };
    };
    // The other screen of the same person.
    const other = (device + USERS) % DEVICES;
    return [play('watch', device), action, play('watch', other), play('tick', device)];
  });
  actions.push(...history);
}

/** People mark, dismiss and begin anew, in the place of half of what they put on their lists. */
function talk(actions: Action[], chance: Chance): void {
  for (const [index, action] of actions.entries()) {
    if ((action.do !== 'add' && action.do !== 'remove') || chance.isLucky(0.3)) continue;
    const { device, film } = action;
    actions[index] = { do: 'say', what: chance.pick(SAID), device, film };
  }
}

function learn(actions: Action[], chance: Chance): void {
  const count = 1 + chance.below(LEARNT_MAX);
  for (let index = 0; index < count; index += 1) {
    const film = chance.below(FILMS);
    const device = chance.below(DEVICES);
    const learnt = chance.pick<() => Action[]>([
      () => [{ do: 'release', film }],
      () => [{ do: 'postpone', film }],
      () => [{ do: 'join', film, other: chance.below(FILMS) }],
      () => [{ do: 'join', film, other: chance.below(FILMS) }],
      () => [{ do: 'part', film }],
      () => [{ do: 'unplay', device, film }],
      () => [
        { do: 'say', what: 'finish', device, film },
        { do: 'wait', ms: Math.ceil(chance.between(0, 10_000)) },
        { do: 'unplay', device: chance.isLucky(0.5) ? device : (device + USERS) % DEVICES, film },
      ],
    ])();
    actions.splice(chance.below(actions.length + 1), 0, ...learnt);
  }
}

/** In some runs instances are hours and days apart, and their clocks are set while they run. */
function setClocks(actions: Action[], chance: Chance): void {
  const count = 1 + chance.below(CLOCKS_SET_MAX);
  for (let index = 0; index < count; index += 1) {
    const skewMs = drawServiceSkew(chance);
    const action: Action = chance.isLucky(0.2)
      ? { do: 'setDatabaseClock', skewMs }
      : { do: 'setServiceClock', service: chance.below(SERVICES), skewMs };
    actions.splice(chance.below(actions.length + 1), 0, action);
  }
}

function drawWrite(chance: Chance, device = chance.below(DEVICES)): Action {
  const film = chance.below(FILMS);
  const kind = chance.random();
  if (kind < 0.35) return { do: 'add', device, film };
  if (kind < 0.6) return { do: 'remove', device, film };
  if (kind < 0.93) return { do: 'watch', device, film, seconds: chance.below(7_000) };
  return { do: 'clear', device, film };
}

function drawWait(chance: Chance): number {
  const longest = chance.pick([5, 50, 500, 5_000, 20_000, 60_000]);
  return Math.ceil(chance.between(0, longest));
}

function drawFault(chance: Chance): Action {
  const device = chance.below(DEVICES);
  const service = chance.below(SERVICES);
  return chance.pick<() => Action>([
    () => ({ do: 'stall', device, isCut: chance.isLucky(0.5) }),
    () => ({ do: 'stall', device, isCut: chance.isLucky(0.5) }),
    () => ({ do: 'heal', device }),
    () => ({ do: 'heal', device }),
    () => ({ do: 'crashDevice', device }),
    () => ({ do: 'startDevice', device }),
    () => ({ do: 'startDevice', device }),
    () => ({ do: 'backUp', device }),
    () => ({ do: 'restore', device }),
    () => ({ do: 'setClock', device, skewMs: drawSkew(chance) }),
    () => ({ do: 'signIn', device, user: chance.below(USERS) }),
    () => ({ do: 'revoke', device }),
    () => ({ do: 'killService', service }),
    () => ({ do: 'stopService', service }),
    () => ({ do: 'startService', service }),
    () => ({ do: 'startService', service }),
    () => ({ do: 'crashDatabase' }),
    () => ({ do: 'collectGarbage' }),
    () => ({ do: 'collectGarbage' }),
    () => ({ do: 'loseFeed' }),
    () => ({ do: 'troubleDatabase' }),
    () => ({ do: 'quiet' }),
  ])();
}

/** From 1970 to 2099; a little wrong is the most usual. */
export function drawSkew(chance: Chance): number {
  return Math.round(
    chance.pick([
      0,
      chance.between(-5_000, 5_000),
      chance.between(-3_600_000, 3_600_000),
      YEAR_1970_MS,
      YEAR_2099_MS,
      chance.between(YEAR_1970_MS, YEAR_2099_MS),
    ]),
  );
}

function drawServiceSkew(chance: Chance): number {
  return Math.round(
    chance.pick([
      0,
      chance.between(-5_000, 5_000),
      chance.between(-HOUR_MS, HOUR_MS),
      chance.between(-5 * HOUR_MS, 5 * HOUR_MS),
      chance.between(-72 * HOUR_MS, 72 * HOUR_MS),
    ]),
  );
}

export function startOfRunMs(): number {
  return START_MS;
}

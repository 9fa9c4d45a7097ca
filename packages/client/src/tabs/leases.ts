import type { ClientEnvironment } from '../environment.ts';
import { inTime } from '../in-time.ts';
import { answerOf, endOf, objectStore } from '../storage/object-store.ts';
import { Listeners } from '../subscribable.ts';
import type { Leadership } from './tab-group.ts';
import { engine, listen } from '../engine.ts';

/** How often a tab looks at the lease, be it its own or another's. */
const BEAT_MS = 2_000;
/** Timers may be early by a little. */
const BEAT_MIN_MS = 1_900;
/** Looks in a row that saw no sign of the holder: only then another takes it. */
const MISSED_MAX = 3;
/** After a look a holder is sure of it for this long: less than MISSED_MAX beats. */
const SURE_MS = 5_000;
/** A database that hangs for longer is none. */
const LOOK_TIMEOUT_MS = 5_000;
const STORE = 'leases';

/** One record for each name, changed in transactions, of which a browser runs one at a time. */
interface Lease {
  readonly holder: string;
  /** The holder raises it when it was asked for a sign. */
  readonly beat: number;
  /** Another tab waits: without one nothing has to be written. */
  readonly isAsked: boolean;
}

/**
 * Where there are no Web Locks, as on a page over plain HTTP: a lease in IndexedDB. [ENG2]
 *
 * Times are each tab's own monotonic ones, and what counts is how often a tab has looked: a wall clock that is set, or
 * timers that a browser slows down, take the lease from nobody. A tab that was frozen is sure of nothing when it wakes,
 * and asks before it sends. One that gives its turn back leaves its id in localStorage, which is kept in the last moment
 * of a page too, and whose event wakes the next.
 */
export function leases(environment: ClientEnvironment): Leadership {
  const { monotonic, setTimer, uuid } = environment;
  const change = createLeases();
  return (name, onLead, onLost) => {
    const id = uuid();
    let isHeld = false;
    let isOver = false;
    let sureSinceMs = 0;
    /** The last sign of another holder, and how many looks have seen no other. */
    let seen: string | undefined;
    let missed = 0;
    let countedAtMs = 0;
    let looking: Promise<void> | undefined;
    let cancelTimer: () => void = () => undefined;

    const isSure = () => isHeld && monotonic() - sureSinceMs < SURE_MS;

    function isForsaken({ holder, beat }: Lease): boolean {
      const sign = `${beat} ${holder}`;
      const nowMs = monotonic();
      if (sign !== seen) missed = 0;
      else if (nowMs - countedAtMs < BEAT_MIN_MS) return false;
      else missed += 1;
      seen = sign;
      countedAtMs = nowMs;
      return missed >= MISSED_MAX;
    }

    function decide(lease: Lease | undefined): Lease {
      const isMine = lease?.holder === id;
      if (lease !== undefined && !isMine) {
        // Who had it and lost it says so first: another may have led meanwhile.
        const isFree = !isHeld && (lease.holder === readMark(name) || isForsaken(lease));
        if (!isFree) return { ...lease, isAsked: true };
      }
      return isMine && !lease.isAsked
        ? lease
        : { holder: id, beat: (lease?.beat ?? 0) + 1, isAsked: false };
    }

    async function look(): Promise<void> {
      cancelTimer();
      const startedAtMs = monotonic();
      let isMine: boolean;
      try {
        const lease = await inTime(change(name, decide), LOOK_TIMEOUT_MS, environment);
        // What could not be asked is as it was; where nobody else was ever seen, nobody else is.
        isMine = lease === undefined ? isHeld || seen === undefined : lease.holder === id;
      } catch {
        isMine = isHeld || seen === undefined;
      }
      looking = undefined;
      if (isOver) {
        if (isMine) writeMark(name, id);
        return;
      }
      if (isMine) sureSinceMs = startedAtMs;
      cancelTimer = setTimer(() => void lookOnce(), BEAT_MS);
      if (isMine === isHeld) return;
      isHeld = isMine;
      if (isMine) onLead();
      else onLost();
    }

    function lookOnce(): Promise<void> {
      return (looking ??= look());
    }

    async function ask(): Promise<boolean> {
      await lookOnce();
      // That look may have begun before the tab was frozen.
      if (isHeld && !isSure()) await lookOnce();
      return isHeld && !isOver;
    }

    const endListening = onMark(name, () => {
      if (!isHeld) void lookOnce();
    });
    void lookOnce();
    return {
      confirm: () => (isSure() && !isOver) || ask(),
      end() {
        if (isOver) return;
        isOver = true;
        cancelTimer();
        endListening();
        if (isHeld) writeMark(name, id);
      },
    };
  };
}

type Change = (name: string, decide: (lease: Lease | undefined) => Lease) => Promise<Lease>;

/** Puts what `decide` makes of a lease in its place; it throws where there is no database to be had. */
function createLeases(): Change {
  const begin = objectStore('cuepoint-tabs', STORE, { durability: 'relaxed' });
  return async (name, decide) => {
    const store = await begin('readwrite');
    const before = await answerOf<Lease | undefined>(store.get(name));
    const lease = decide(before);
    if (lease !== before) store.put(lease, name);
    await endOf(store);
    return lease;
  };
}

/** The event of localStorage is heard by other pages alone: this tells the other states of this one. */
const marked = new Listeners<[name: string]>();

/** Without localStorage, or with a full one, the next tab waits for the lease to run out. */
function writeMark(name: string, id: string): void {
  try {
    localStorage.setItem(name, id);
  } catch {
    // As said.
  }
  marked.notify(name);
}

function readMark(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function onMark(name: string, listener: () => void): () => void {
  const hear = (marks: string | null): void => {
    if (marks === name) listener();
  };
  const endings = [
    listen(engine.window, 'storage', ({ key }: StorageEvent) => hear(key)),
    marked.subscribe(hear),
  ];
  return () => {
    for (const end of endings) end();
  };
}

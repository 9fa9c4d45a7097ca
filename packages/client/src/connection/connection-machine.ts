import { backoffMs } from './backoff.ts';
import { RETRY, type HaltCode, type Verdict } from './verdict.ts';

/**
 * Where the connection is.
 *
 * `idle`: it is not wanted here · `waiting`: for the time of the next attempt · `connecting`: for a token and an open
 * socket · `greeting`: hello is sent, its pages come · `live` · `halted`: the app has to do something first.
 */
export type ConnectionState =
  | { readonly name: 'idle' }
  | { readonly name: 'waiting'; readonly attempt: number; readonly notBeforeMs: number }
  | { readonly name: 'connecting'; readonly attempt: number }
  | { readonly name: 'greeting'; readonly attempt: number }
  | { readonly name: 'live' }
  | { readonly name: 'halted'; readonly code: HaltCode };

export type ConnectionEvent =
  /** This tab is the one that connects. */
  | { readonly name: 'start' }
  /** The watch state closes, or another tab connects. */
  | { readonly name: 'stop' }
  /** The time of the next attempt has come. */
  | { readonly name: 'due' }
  /** The network is back, the page is seen again. */
  | { readonly name: 'wake' }
  /** The app asks for an attempt: whatever halted this is done. */
  | { readonly name: 'reconnect' }
  | { readonly name: 'opened' }
  /** The last page of the welcome has come. */
  | { readonly name: 'welcomed' }
  /** The socket is gone, or never opened. */
  | { readonly name: 'closed'; readonly verdict: Verdict }
  /** Nothing comes any more, or what was agreed with the service no longer holds: begin anew. */
  | { readonly name: 'lost' };

/** What the driver has to do, in order. */
export type ConnectionEffect =
  | { readonly name: 'open' }
  /** Close what is open; `leave`: for good, so that the device is offline at once. */
  | { readonly name: 'drop'; readonly leave: boolean }
  | { readonly name: 'hello' }
  | { readonly name: 'schedule'; readonly delayMs: number }
  | { readonly name: 'cancel' };

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

export interface ConnectionContext {
  readonly nowMs: number;
  readonly random: () => number;
}

type StateNamed<Name> = Extract<ConnectionState, { name: Name }>;
type EventNamed<Name> = Extract<ConnectionEvent, { name: Name }>;
type Handler<State, Event> = (
  state: State,
  event: Event,
  context: ConnectionContext,
) => ConnectionStep;
type Table = {
  readonly [State in ConnectionState['name']]: {
    readonly [Event in ConnectionEvent['name']]: Handler<StateNamed<State>, EventNamed<Event>>;
  };
};

const OPEN: ConnectionEffect = { name: 'open' };
const CANCEL: ConnectionEffect = { name: 'cancel' };
const DROP: ConnectionEffect = { name: 'drop', leave: false };
const LEAVE: ConnectionEffect = { name: 'drop', leave: true };

const stay = (state: ConnectionState): ConnectionStep => ({ state, effects: [] });
const idle = (...effects: ConnectionEffect[]): ConnectionStep => ({
  state: { name: 'idle' },
  effects,
});
const connect = (attempt: number, ...effects: ConnectionEffect[]): ConnectionStep => ({
  state: { name: 'connecting', attempt },
  effects: [...effects, OPEN],
});

/**
 * What follows a connection that ended. [SDK5] One that was lost without a word, by all of its devices perhaps, is tried
 * again soon, with jitter.
 */
function after(
  verdict: Verdict,
  attempt: number,
  { nowMs, random }: ConnectionContext,
  ...effects: ConnectionEffect[]
): ConnectionStep {
  if (verdict.kind === 'halt') return { state: { name: 'halted', code: verdict.code }, effects };
  const jitterMs = verdict.isJittered ? backoffMs(attempt, random) : 0;
  return {
    state: { name: 'waiting', attempt: attempt + 1, notBeforeMs: nowMs + verdict.notBeforeMs },
    effects: [...effects, { name: 'schedule', delayMs: verdict.notBeforeMs + jitterMs }],
  };
}

/** At once, but no earlier than a delay that the service named. [SDK5] */
function soonest(attempt: number, notBeforeMs: number, nowMs: number): ConnectionStep {
  if (nowMs >= notBeforeMs) return connect(attempt, CANCEL);
  return {
    state: { name: 'waiting', attempt, notBeforeMs },
    effects: [CANCEL, { name: 'schedule', delayMs: notBeforeMs - nowMs }],
  };
}

/** Every state by every event: the compiler holds it complete. */
const TABLE: Table = {
  idle: {
    start: () => connect(0),
    stop: stay,
    due: stay,
    wake: stay,
    reconnect: stay,
    opened: () => idle(DROP),
    welcomed: stay,
    closed: stay,
    lost: stay,
  },
  waiting: {
    start: stay,
    stop: () => idle(CANCEL),
    due: ({ attempt }) => connect(attempt),
    wake: ({ attempt, notBeforeMs }, _event, { nowMs }) => soonest(attempt, notBeforeMs, nowMs),
    reconnect: ({ notBeforeMs }, _event, { nowMs }) => soonest(0, notBeforeMs, nowMs),
    opened: (state) => ({ state, effects: [DROP] }),
    welcomed: stay,
    closed: stay,
    lost: stay,
  },
  connecting: {
    start: stay,
    stop: () => idle(DROP),
    due: stay,
    wake: stay,
    reconnect: stay,
    opened: ({ attempt }) => ({
      state: { name: 'greeting', attempt },
      effects: [{ name: 'hello' }],
    }),
    welcomed: stay,
    closed: ({ attempt }, { verdict }, context) => after(verdict, attempt, context),
    lost: ({ attempt }, _event, context) => after(RETRY, attempt, context, DROP),
  },
  greeting: {
    start: stay,
    stop: () => idle(LEAVE),
    due: stay,
    wake: stay,
    reconnect: stay,
    opened: stay,
    welcomed: () => ({ state: { name: 'live' }, effects: [] }),
    closed: ({ attempt }, { verdict }, context) => after(verdict, attempt, context),
    lost: ({ attempt }, _event, context) => after(RETRY, attempt, context, DROP),
  },
  live: {
    start: stay,
    stop: () => idle(LEAVE),
    due: stay,
    wake: stay,
    reconnect: stay,
    opened: stay,
    welcomed: stay,
    closed: (_state, { verdict }, context) => after(verdict, 0, context),
    lost: (_state, _event, context) => after(RETRY, 0, context, DROP),
  },
  halted: {
    start: stay,
    stop: () => idle(),
    due: stay,
    // Whoever was signed out may have signed in since; what else halts, a wake does not mend.
    wake: (state) =>
      state.code === 'signed_out' || state.code === 'token_unreadable' ? connect(0) : stay(state),
    reconnect: () => connect(0),
    opened: (state) => ({ state, effects: [DROP] }),
    welcomed: stay,
    closed: stay,
    lost: stay,
  },
};

/** The connection as a pure state machine. [SDK5] */
export function stepConnection(
  state: ConnectionState,
  event: ConnectionEvent,
  context: ConnectionContext,
): ConnectionStep {
  const handler = TABLE[state.name][event.name] as Handler<ConnectionState, ConnectionEvent>;
  return handler(state, event, context);
}

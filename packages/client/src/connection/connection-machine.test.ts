import { describe, expect, it } from 'vitest';
import {
  stepConnection,
  type ConnectionEvent,
  type ConnectionState,
} from './connection-machine.ts';

/** A moment in which a delay that was named until 1,000 has not passed. */
const CONTEXT = { nowMs: 400, random: () => 0.5 };
const OTHER = { ...CONTEXT, nowMs: 1_000 };

const STATES = {
  idle: { name: 'idle' },
  waiting: { name: 'waiting', attempt: 3, notBeforeMs: 1_000 },
  connecting: { name: 'connecting', attempt: 3 },
  greeting: { name: 'greeting', attempt: 3 },
  live: { name: 'live' },
  halted: { name: 'halted', code: 'device_replaced' },
} as const satisfies Record<ConnectionState['name'], ConnectionState>;

const EVENTS = {
  start: { name: 'start' },
  stop: { name: 'stop' },
  due: { name: 'due' },
  wake: { name: 'wake' },
  reconnect: { name: 'reconnect' },
  opened: { name: 'opened' },
  welcomed: { name: 'welcomed' },
  closed: { name: 'closed', verdict: { kind: 'retry', notBeforeMs: 5_000, isJittered: true } },
  lost: { name: 'lost' },
} as const satisfies Record<ConnectionEvent['name'], ConnectionEvent>;

/**
 * The state that follows, and what has to be done; `·`: nothing happens.
 *
 * `closed` carries a delay of 5 s here. Half of the jitter: 0.5 s × 2³ / 2 = 2 s in the third attempt, 250 ms after
 * a session.
 */
const EXPECTED: Record<ConnectionState['name'], Record<ConnectionEvent['name'], string>> = {
  idle: {
    start: 'connecting 0 | open',
    stop: '·',
    due: '·',
    wake: '·',
    reconnect: '·',
    opened: 'idle | drop',
    welcomed: '·',
    closed: '·',
    lost: '·',
  },
  waiting: {
    start: '·',
    stop: 'idle | cancel',
    due: 'connecting 3 | open',
    wake: 'waiting 3 until 1000 | cancel, schedule 600',
    reconnect: 'waiting 0 until 1000 | cancel, schedule 600',
    opened: 'waiting 3 until 1000 | drop',
    welcomed: '·',
    closed: '·',
    lost: '·',
  },
  connecting: {
    start: '·',
    stop: 'idle | drop',
    due: '·',
    wake: '·',
    reconnect: '·',
    opened: 'greeting 3 | hello',
    welcomed: '·',
    closed: 'waiting 4 until 5400 | schedule 7000',
    lost: 'waiting 4 until 400 | drop, schedule 2000',
  },
  greeting: {
    start: '·',
    stop: 'idle | leave',
    due: '·',
    wake: '·',
    reconnect: '·',
    opened: '·',
    welcomed: 'live',
    closed: 'waiting 4 until 5400 | schedule 7000',
    lost: 'waiting 4 until 400 | drop, schedule 2000',
  },
  live: {
    start: '·',
    stop: 'idle | leave',
    due: '·',
    wake: '·',
    reconnect: '·',
    opened: '·',
    welcomed: '·',
    closed: 'waiting 1 until 5400 | schedule 5250',
    lost: 'waiting 1 until 400 | drop, schedule 250',
  },
  halted: {
    start: '·',
    stop: 'idle',
    due: '·',
    wake: '·',
    reconnect: 'connecting 0 | open',
    opened: 'halted device_replaced | drop',
    welcomed: '·',
    closed: '·',
    lost: '·',
  },
};

function describeState(state: ConnectionState): string {
  if (state.name === 'waiting') return `waiting ${state.attempt} until ${state.notBeforeMs}`;
  if (state.name === 'halted') return `halted ${state.code}`;
  return 'attempt' in state ? `${state.name} ${state.attempt}` : state.name;
}

function describeStep(state: ConnectionState, event: ConnectionEvent, context = CONTEXT): string {
  const step = stepConnection(state, event, context);
  if (step.state === state && step.effects.length === 0) return '·';
  const effects = step.effects.map((effect) => {
    if (effect.name === 'schedule') return `schedule ${effect.delayMs}`;
    return effect.name === 'drop' && effect.leave ? 'leave' : effect.name;
  });
  const done = effects.length === 0 ? '' : ` | ${effects.join(', ')}`;
  return describeState(step.state) + done;
}

const CASES = Object.values(STATES).flatMap((state) =>
  Object.values(EVENTS).map((event) => [state.name, event.name] as const),
);

describe('the connection', () => {
  it.each(CASES)('[SDK5] %s, %s', (state, event) => {
    expect(describeStep(STATES[state], EVENTS[event])).toBe(EXPECTED[state][event]);
  });

  it('[SDK5] waits no longer once the named delay has passed and the network is back', () => {
    expect(describeStep(STATES.waiting, EVENTS.wake, OTHER)).toBe('connecting 3 | cancel, open');
    expect(describeStep(STATES.waiting, EVENTS.reconnect, OTHER)).toBe(
      'connecting 0 | cancel, open',
    );
  });

  it('[SDK5] adds no jitter to a delay that the service has spread', () => {
    const closed = {
      name: 'closed',
      verdict: { kind: 'retry', notBeforeMs: 700, isJittered: false },
    } as const;
    expect(describeStep(STATES.live, closed)).toBe('waiting 1 until 1100 | schedule 700');
  });

  it.each(['connecting', 'greeting', 'live'] as const)('halts from %s', (name) => {
    const closed = {
      name: 'closed',
      verdict: { kind: 'halt', code: 'user_erased' },
    } as const;
    expect(describeStep(STATES[name], closed)).toBe('halted user_erased');
  });
});

import { expect, it } from 'vitest';
import { planOf, type Planned } from './plan.ts';
import { SCENARIOS } from './scenarios.ts';

const FULL = { kills: 200, only: [], isShort: false };
const roundsOf = (planned: readonly Planned[], names: readonly string[]) =>
  planned
    .filter(({ scenario }) => names.includes(scenario.name))
    .reduce((sum, { rounds }) => sum + rounds, 0);

it('a full run has every fault, kills the service 200 times and PostgreSQL 50 times', () => {
  const planned = planOf(FULL);
  expect(planned.map(({ scenario }) => scenario)).toEqual(SCENARIOS);
  const services = ['kill-service-pglite', 'kill-service-postgres'];
  expect(roundsOf(planned, services)).toBe(200);
  expect(roundsOf(planOf({ ...FULL, kills: 20 }), services)).toBe(20);
  expect(roundsOf(planned, ['kill-postmaster', 'kill-backend'])).toBe(50);
});

it('a short run has a round or two of each fault, and opens three stages', () => {
  const planned = planOf({ ...FULL, isShort: true });
  expect(Math.max(...planned.map(({ rounds }) => rounds))).toBeLessThanOrEqual(2);
  const left = SCENARIOS.filter(({ name }) => roundsOf(planned, [name]) === 0);
  expect(left.map(({ name }) => name)).toEqual(['idle-pglite', 'forget-database', 'idle-postgres']);
  const stages = planned.map(({ scenario }) => scenario.stage);
  const changes = stages.filter((stage, index) => stage !== stages[index - 1]);
  expect(changes).toHaveLength(3);
});

it('only what is asked for is run', () => {
  const planned = planOf({ ...FULL, only: ['kill-nats'] });
  expect(planned.map(({ scenario }) => scenario.name)).toEqual(['kill-nats']);
});

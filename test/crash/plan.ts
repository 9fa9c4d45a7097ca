import type { Flags } from './flags.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import type { StageName } from './stage.ts';

export interface Planned {
  readonly scenario: Scenario;
  readonly rounds: number;
}

/** In a short run most of the time would go into databases that are made: the small disks serve for everything. */
const SHORT_STAGES: Readonly<Record<StageName, StageName>> = {
  pglite: 'pglite on a small disk',
  postgres: 'postgres on a small disk',
  cluster: 'cluster',
  'pglite on a small disk': 'pglite on a small disk',
  'postgres on a small disk': 'postgres on a small disk',
};

/** What a run does, in order. */
export function planOf({
  kills,
  only,
  isShort,
}: Pick<Flags, 'kills' | 'only' | 'isShort'>): readonly Planned[] {
  return SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name))
    .map((scenario) => ({ scenario: staged(scenario, isShort), rounds: roundsOf(scenario) }))
    .filter(({ rounds }) => rounds > 0);

  function roundsOf({ rounds, shortRounds }: Scenario): number {
    if (isShort) return shortRounds;
    return typeof rounds === 'number' ? rounds : Math.ceil(kills * rounds.ofServiceKills);
  }
}

function staged(scenario: Scenario, isShort: boolean): Scenario {
  return isShort ? { ...scenario, stage: SHORT_STAGES[scenario.stage] } : scenario;
}

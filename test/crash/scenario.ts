import type { Stage, StagedPostgres, StageName } from './stage.ts';
import type { Instance } from './instance.ts';

/** What a fault has at hand. */
export interface Scene {
  readonly stage: Stage;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Resolves once so many more ops are acknowledged. @throws Error where that does not happen */
  awaitAcks(count: number): Promise<void>;
}

/** A fault that has happened and was felt. */
export interface Strike {
  readonly what: string;
  /** Ends it as an operator would, or the network. @returns what else it took */
  mend(): Promise<string | void>;
}

/** How many rounds a scenario has in a full run: a number, or its share of the kills that were asked for. */
export type Rounds = number | { readonly ofServiceKills: number };

export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly stage: StageName;
  /** It is left out where the stage has no small disk. */
  readonly needsDisk?: true;
  readonly rounds: Rounds;
  readonly shortRounds: number;
  strike(scene: Scene): Promise<Strike>;
}

/** How long everybody may take to have everything, in ms. Generous: a busy machine is no defect. */
export const SETTLE_TIMEOUT_MS = 180_000;

export function between(random: () => number, min: number, max: number): number {
  return Math.round(min + random() * (max - min));
}

export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

export function instanceOf({ stage, random }: Scene): Instance {
  return pick(random, stage.instances);
}

export function postgresOf({ stage }: Scene): StagedPostgres {
  if (stage.postgres === undefined) throw new Error('this stage has no PostgreSQL');
  return stage.postgres;
}

export function natsOf({ stage }: Scene): NonNullable<Stage['nats']> {
  if (stage.nats === undefined) throw new Error('this stage has no NATS');
  return stage.nats;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { FaultProxy } from '../fault-proxy.ts';
import {
  between,
  instanceOf,
  natsOf,
  pick,
  postgresOf,
  type Scene,
  type Strike,
} from '../scenario.ts';

type Breakage = (network: FaultProxy, random: () => number) => Promise<string>;

const DELAY_MS = { min: 50, max: 400 };
const AWAY_MS = { min: 0, max: 1_000 };
const STALL_MS = { min: 500, max: 5_000 };

const BREAKAGES: Readonly<Record<'cut' | 'delay' | 'stall' | 'forget', Breakage>> = {
  async cut(network, random) {
    const awayMs = between(random, AWAY_MS.min, AWAY_MS.max);
    network.cut();
    await pause(awayMs);
    return `cut for ${awayMs} ms`;
  },
  async delay(network, random) {
    const delayMs = between(random, DELAY_MS.min, DELAY_MS.max);
    const forMs = between(random, STALL_MS.min, STALL_MS.max / 2);
    network.delay(delayMs);
    await pause(forMs);
    return `delayed by ${delayMs} ms for ${forMs} ms`;
  },
  async stall(network, random) {
    const forMs = between(random, STALL_MS.min, STALL_MS.max);
    network.stall();
    await pause(forMs);
    return `stalled for ${forMs} ms`;
  },
  async forget(network) {
    network.forget();
    return 'forgotten without a word';
  },
};

async function breakOne(
  { random }: Scene,
  network: FaultProxy,
  name: string,
  breakages: readonly (keyof typeof BREAKAGES)[],
): Promise<Strike> {
  const what = await BREAKAGES[pick(random, breakages)](network, random);
  return { what: `${name} ${what}`, mend: async () => network.heal() };
}

export function breakClients(scene: Scene): Promise<Strike> {
  const { network } = instanceOf(scene);
  return breakOne(scene, network, 'clients', ['cut', 'delay', 'stall', 'forget']);
}

export function breakDatabase(scene: Scene): Promise<Strike> {
  return breakOne(scene, postgresOf(scene).network, 'database', ['cut', 'delay', 'stall']);
}

/** On its own: the service gives up a silent connection to its database after 65 s, and so the round takes as long. */
export function forgetDatabase(scene: Scene): Promise<Strike> {
  return breakOne(scene, postgresOf(scene).network, 'database', ['forget']);
}

export function breakNats(scene: Scene): Promise<Strike> {
  return breakOne(scene, natsOf(scene).network, 'NATS', ['cut', 'delay', 'stall', 'forget']);
}

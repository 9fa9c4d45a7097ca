import { breakClients, breakDatabase } from '../crash/faults/break-network.ts';
import { killBackend, killPostmaster } from '../crash/faults/kill.ts';
import { suspendPostgres, suspendService } from '../crash/faults/suspend.ts';
import { pick, type Scene, type Strike } from '../crash/scenario.ts';

/** Those that leave the service's process alive: in one that is started anew no leak would show. */
const STRIKES: readonly ((scene: Scene) => Promise<Strike>)[] = [
  killPostmaster,
  killBackend,
  suspendPostgres,
  suspendService,
  breakClients,
  breakDatabase,
];

/** So long after a fault has ended things may still be on their way back: devices wait up to 30 s between two tries. */
const AFTERMATH_MS = 35_000;

/** One fault after the other, each of another kind than the one before. */
export class Faults {
  readonly #scene: Scene;
  readonly #next = new Set(STRIKES);
  #running: Promise<void> = Promise.resolve();
  #calmAtMs = 0;
  readonly happened: string[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get isCalm(): boolean {
    return performance.now() >= this.#calmAtMs;
  }

  /** Begins one; `ended` tells when it is over. */
  strike(): void {
    if (this.#next.size === 0) for (const strike of STRIKES) this.#next.add(strike);
    const strike = pick(this.#scene.random, [...this.#next]);
    this.#next.delete(strike);
    this.#calmAtMs = Number.POSITIVE_INFINITY;
    this.#running = this.#run(strike);
    // Whoever waits for the end hears of it.
    this.#running.catch(() => undefined);
  }

  async #run(strike: (scene: Scene) => Promise<Strike>): Promise<void> {
    const struck = await strike(this.#scene);
    await struck.mend();
    this.happened.push(struck.what);
    this.#calmAtMs = performance.now() + AFTERMATH_MS;
  }

  /** @throws what went wrong with the harness's own part of a fault */
  async ended(): Promise<void> {
    await this.#running;
  }
}

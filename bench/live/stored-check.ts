import type { Sample } from '../workload.ts';
import type { ChangePlace, LiveClients } from './live-clients.ts';

const CHECKS_PER_SECOND = 20;

export interface StoredCheck {
  /** Now and then reads the change from the database, at once. */
  shown(seq: number): void;
  finish(): Promise<Sample>;
}

/**
 * Whether what is shown is stored at that moment: a read that starts when a change is shown finds it, or a
 * later one of the same content.
 *
 * One read at a time: one that waited for another would start too late to tell.
 */
export function createStoredCheck(
  clients: Pick<LiveClients, 'storedPosition'>,
  placeOf: (seq: number) => ChangePlace,
  changesPerSecond: number,
): StoredCheck {
  // Odd, so that the checks go round all users and not a few of a round number.
  const every = Math.floor(changesPerSecond / CHECKS_PER_SECOND / 2) * 2 + 1;
  const figures = { storedChecks: 0, storedWhenShown: 0 };
  let running: Promise<void> | undefined;
  let failure: unknown;

  async function check(seq: number): Promise<void> {
    try {
      const position = await clients.storedPosition(placeOf(seq));
      figures.storedChecks += 1;
      if (position !== undefined && position >= seq) figures.storedWhenShown += 1;
    } catch (error) {
      failure ??= error;
    } finally {
      running = undefined;
    }
  }

  return {
    shown(seq) {
      if (seq % every === 0 && running === undefined) running = check(seq);
    },
    async finish() {
      await running;
      if (failure !== undefined) throw failure;
      return figures;
    },
  };
}

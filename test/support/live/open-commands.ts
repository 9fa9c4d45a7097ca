import type { Down } from './down-messages.ts';
import { withResolvers } from './outbox.ts';

type Outcome = Down<'commandResult'>;

/** Commands that wait for their outcome on the present socket. [LIV7] */
export class OpenCommands {
  readonly #openById = new Map<string, ReturnType<typeof withResolvers<Outcome>>>();

  open(id: string): Promise<Outcome> {
    const open = withResolvers<Outcome>();
    this.#openById.set(id, open);
    return open.promise;
  }

  /** @returns false when there is no such command. */
  settle(outcome: Outcome): boolean {
    this.#openById.get(outcome.id)?.resolve(outcome);
    return this.#openById.delete(outcome.id);
  }

  /** @returns false when there is no such command. */
  fail(id: string, error: Error): boolean {
    this.#openById.get(id)?.reject(error);
    return this.#openById.delete(id);
  }

  failAll(reason: string): void {
    for (const id of this.#openById.keys()) this.fail(id, new Error(reason));
  }
}

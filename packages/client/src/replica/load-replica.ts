import type { ClientEnvironment } from '../environment.ts';
import type { ClientStorage } from '../storage/client-storage.ts';
import type { Place } from '../place.ts';
import { Replica } from './replica.ts';

const TRIES_MAX = 3;
const RETRY_DELAY_MS = 100;

export interface LoadReplicaDeps {
  readonly storage: ClientStorage;
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  readonly deviceId: string;
}

/** @returns `undefined` where the medium cannot be read. Never rejects. */
export async function loadReplica(
  { storage, environment, deviceId }: LoadReplicaDeps,
  { namespace, userId }: Place,
): Promise<Replica | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      const replica = Replica.fromRecords(await storage.read(namespace));
      replica.claim({ deviceId, userId });
      return replica;
    } catch {
      if (tries === TRIES_MAX) return undefined;
      await new Promise<void>((resolve) => {
        environment.setTimer(resolve, RETRY_DELAY_MS * tries);
      });
    }
  }
}

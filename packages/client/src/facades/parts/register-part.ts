import { claimOf, type JsonValue } from '@cuepoint/core';
import type { Door } from '../../door.ts';
import type { Shown } from '../../replica/items.ts';
import { createPart } from '../../replica/part.ts';
import { visibleRegister } from '../../replica/view.ts';

/** Who said it, and when. */
export interface Said {
  /** When a person said so, by the service's clock in ms; a change that is not sent yet may be off. */
  readonly saidAtMs: number;
  readonly deviceId: string;
  /** The service has not acknowledged it yet. */
  readonly isPending: boolean;
}

/**
 * Registers of one kind, as an app sees them. [REG1]
 *
 * @param itemOf what is shown of a value; `undefined` for one of a form that this version does not know. [REG2]
 */
export function createRegisterPart<Item extends Shown>(
  { store, write }: Pick<Door, 'store' | 'write'>,
  register: string,
  itemOf: (key: string, value: JsonValue) => Item | undefined,
) {
  const { get, list, subscribe } = createPart<Item & Said>(
    store,
    register,
    (replica, key) => {
      const op = visibleRegister(replica, register, key);
      if (op?.kind !== 'register.set' || op.value === null) return undefined;
      const item = itemOf(key, op.value);
      return (
        item && {
          ...item,
          saidAtMs: claimOf(op).physical,
          deviceId: op.deviceId,
          isPending: replica.pendingOf(register, key).length > 0,
        }
      );
    },
    ({ saidAtMs }) => saidAtMs,
  );
  const set = (key: string, value: JsonValue | null): void =>
    write({ kind: 'register.set', register, key, value });
  return {
    get,
    /** The latest first; the same array until something changes. */
    list,
    subscribe,
    set,
    /** @returns false where there is nothing to clear. */
    clear: (key: string): boolean => {
      if (get(key) === undefined) return false;
      set(key, null);
      return true;
    },
  };
}

import { refusalOfValue, requireContentId, type JsonValue } from '@cuepoint/core';
import { perState } from './parts/per-state.ts';
import { createRegisterPart, type Said } from './parts/register-part.ts';

/** Registers of one kind, by key: what an app of its own has to say, in kinds that begin with `x-`. [REG2] */
export interface Registers {
  /** `undefined` where nothing is said, or it was cleared. */
  get(key: string): JsonValue | undefined;
  /** The latest first; the same array until something changes. */
  list(): readonly RegisterItem[];
  /**
   * @param value JSON, at most 4,096 bytes and 8 levels deep.
   * @throws CuepointError `invalid_content_id`, `invalid_register_value`; ClientError `closed`
   */
  set(key: string, value: JsonValue): void;
  /** @returns false where there is nothing to clear. @throws ClientError `closed` */
  clear(key: string): boolean;
  /** Calls after each change, of this device or another. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface RegisterItem extends Said {
  readonly key: string;
  readonly value: JsonValue;
}

const kindsOf = perState((door) => {
  const byKind = new Map<string, Registers>();
  return (kind: string): Registers => {
    const made = byKind.get(kind);
    if (made !== undefined) return made;
    const { get, list, set, clear, subscribe } = createRegisterPart(door, kind, (key, value) => ({
      key,
      value,
    }));
    const registers: Registers = {
      get: (key) => get(key)?.value,
      list,
      set(key, value) {
        // A key is a text like a content id.
        requireContentId(key);
        const refusal = refusalOfValue(value);
        if (refusal !== undefined) throw refusal;
        set(key, value);
      },
      clear,
      subscribe,
    };
    byKind.set(kind, registers);
    return registers;
  };
});

/** @param kind `preference`, or an app's own, which begins with `x-`: of another the service refuses what is written. */
export function registersOf(state: Parameters<typeof kindsOf>[0], kind: string): Registers {
  return kindsOf(state)(kind);
}

import { createHash } from 'node:crypto';
import { handKeysOf, seriesOf, type ByHand, type JsonValue, type Work } from '@cuepoint/core';
import { LIST_LIMIT_MAX, type SyncRepository } from '@cuepoint/store';

/** What a person said by hand: one register for each name of a work. Erased, exported and counted like every other. */
export const MATCH_REGISTER = 'x-cuepoint-match';

export interface HandMatch {
  readonly contentId: string;
  readonly work: Work;
  /** Which work it is: the same for all its names. */
  readonly workId: string;
}

/** A name of a work, of any length, as the key of a register and as a part of a path. */
export function idOfKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}

/** What a work that is shown to a person is called: by the first of its names. Undefined for a work without any. */
export function workIdOf(work: Work): string | undefined {
  const [key] = handKeysOf(work);
  return key === undefined ? undefined : idOfKey(key);
}

/** What the person said of these works and of their series. It costs what was said. [OPS3] */
export async function readByHand(
  repository: Pick<SyncRepository, 'readRegisters'>,
  userId: string,
  works: readonly Work[],
): Promise<ByHand> {
  const keys = [...new Set(works.flatMap((work) => [work, seriesOf(work) ?? []].flat()))].flatMap(
    handKeysOf,
  );
  const keysById = new Map(keys.map((key) => [idOfKey(key), key]));
  const ids = [...keysById.keys()];
  const said = new Map<string, string>();
  for (let start = 0; start < ids.length; start += LIST_LIMIT_MAX) {
    const { items } = await repository.readRegisters(userId, {
      kind: MATCH_REGISTER,
      keys: ids.slice(start, start + LIST_LIMIT_MAX),
      limit: LIST_LIMIT_MAX,
    });
    for (const { key: id, value } of items) {
      const [key, match] = [keysById.get(id), readHandMatch(value)];
      if (key !== undefined && match !== undefined) said.set(key, match.contentId);
    }
  }
  return said;
}

/** Undefined for what somebody else wrote under that kind. */
export function readHandMatch(value: JsonValue | null): HandMatch | undefined {
  const { contentId, work, workId } = (value ?? {}) as Partial<Record<keyof HandMatch, unknown>>;
  return typeof contentId === 'string' && typeof workId === 'string' && isWork(work)
    ? { contentId, work, workId }
    : undefined;
}

export function isWork(value: unknown): value is Work {
  return typeof value === 'object' && value !== null && 'ids' in value;
}

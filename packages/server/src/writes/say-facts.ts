import {
  stampOf,
  type ContentFacts,
  type JsonValue,
  type Op,
  type RegisterSetOp,
} from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';

/** What somebody says of a content, for the person's own `content` register. */
export type SaidFacts = readonly (readonly [contentId: string, facts: ContentFacts])[];

/** A register that is written with something else, under its stamp. */
export interface AlongsideRegister {
  readonly register: string;
  readonly key: string;
  readonly value: JsonValue | null;
}

/**
 * What of it is news: fields that neither the catalogue nor the person's devices have told yet. What they have told stays.
 * One register for each content that something is said of, or none.
 */
export async function newsOfFacts(
  repository: Pick<SyncRepository, 'readContents' | 'readRegisters'>,
  userId: string,
  said: SaidFacts,
): Promise<readonly AlongsideRegister[]> {
  if (said.length === 0) return [];
  const keys = said.map(([contentId]) => contentId);
  const { describe } = await repository.readContents(userId, keys);
  const news = said.flatMap(([contentId, facts]) => {
    const known = describe.facts(describe.canonical(contentId)) ?? {};
    const missing = missingOf(known, facts);
    return missing === undefined ? [] : [[contentId, facts, missing] as const];
  });
  if (news.length === 0) return [];
  const { items } = await repository.readRegisters(userId, {
    kind: 'content',
    keys: news.map(([contentId]) => contentId),
    limit: news.length,
  });
  const stored = new Map(items.map(({ key, value }) => [key, value]));
  return news.map(([key, { type }, missing]) => {
    const own = fieldsOf(stored.get(key));
    const ids = { ...missing.ids, ...fieldsOf(own['ids']) };
    const value = { type, ...missing, ...own, ...(Object.keys(ids).length > 0 && { ids }) };
    return { register: 'content', key, value };
  });
}

export function toOps(
  registers: readonly AlongsideRegister[],
  op: Pick<Op, 'timestamp' | 'deviceId'>,
): readonly RegisterSetOp[] {
  return registers.map((register) => ({
    kind: 'register.set',
    ...register,
    ...stampOf(op),
  }));
}

function missingOf(known: object, said: ContentFacts): Partial<ContentFacts> | undefined {
  const missing = Object.entries(said).filter(([name, value]) => {
    const told = (known as Fields)[name];
    if (name !== 'ids') return told === undefined;
    return Object.keys(value as object).some((id) => fieldsOf(told)[id] === undefined);
  });
  return missing.length === 0 ? undefined : Object.fromEntries(missing);
}

type Fields = Readonly<Record<string, JsonValue>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

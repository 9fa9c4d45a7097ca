import { timestampToText, claimOf, registerId, type JsonValue } from '@cuepoint/core';
import type { PlannedOp } from '@cuepoint/files';
import type { StoredPerson } from './stored-person.ts';

/** A register of its own for each import: what it was, and, page by page, what it changed. */
export const IMPORT_REGISTER = 'x-cuepoint-import';
/** Bytes of a page, below what a register holds. */
const PAGE_BYTES_MAX = 3_000;

export interface ImportEntry {
  readonly importId: string;
  readonly source: string;
  readonly file: string;
  /** RFC 3339. */
  readonly at: string;
  readonly state: 'running' | 'done' | 'undone';
  readonly ops: number;
}

/** The value of a register, or a position, before an import changed it; null where there was none. */
export interface Before {
  readonly register: string;
  readonly key: string;
  readonly value: JsonValue | null;
  /** Since when it counted. */
  readonly claim: string;
}

export const logKey = (importId: string) => importId;
const pageKey = (importId: string, page: number) => `${importId}/${page}`;

export function logOp({ importId, ...value }: ImportEntry): PlannedOp {
  return { kind: 'register.set', register: IMPORT_REGISTER, key: logKey(importId), value };
}

/** Undefined for a page of what an import changed. */
export function readImportEntry(key: string, value: JsonValue | null): ImportEntry | undefined {
  if (value === null || key.includes('/')) return undefined;
  return { importId: key, ...(value as unknown as Omit<ImportEntry, 'importId'>) };
}

/** The imports of a person, the newest first. */
export function readImports({ registers }: StoredPerson): ImportEntry[] {
  return [...registers.values()]
    .flatMap(({ register, key, value }) =>
      register === IMPORT_REGISTER ? (readImportEntry(key, value) ?? []) : [],
    )
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

/** What ops are about to change, told before they do. */
export function beforeOps(
  importId: string,
  ops: readonly PlannedOp[],
  { registers, positions }: StoredPerson,
): PlannedOp[] {
  const befores = ops.flatMap((op): Before[] => {
    if (op.kind === 'register.set') {
      const there = registers.get(registerId(op.register, op.key));
      if (there === undefined || there.value === null) return [];
      const { register, key, value, stamp } = there;
      return [{ register, key, value, claim: timestampToText(claimOf(stamp)) }];
    }
    if (op.kind !== 'progress.set') return [];
    const there = positions.get(op.contentId);
    if (there === undefined || there.position === null) return [];
    const { contentId, position, stamp } = there;
    const value = { ...position };
    return [{ register: '', key: contentId, value, claim: timestampToText(claimOf(stamp)) }];
  });
  return inPages(befores).map((page, index): PlannedOp => ({
    kind: 'register.set',
    register: IMPORT_REGISTER,
    key: pageKey(importId, index + 1),
    value: { before: page.map((before) => ({ ...before })) },
  }));
}

function inPages(befores: readonly Before[]): Before[][] {
  const pages: Before[][] = [];
  let bytes = Infinity;
  for (const before of befores) {
    const length = Buffer.byteLength(JSON.stringify(before)) + 1;
    if (bytes + length > PAGE_BYTES_MAX) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)?.push(before);
    bytes += length;
  }
  return pages;
}

/** By register and key, or by '' and content for a position. */
export function readBefores(importId: string, { registers }: StoredPerson): Map<string, Before> {
  const found = new Map<string, Before>();
  for (let page = 1; ; page += 1) {
    const stored = registers.get(registerId(IMPORT_REGISTER, pageKey(importId, page)));
    if (stored === undefined || stored.value === null) return found;
    const { before } = stored.value as unknown as { readonly before: readonly Before[] };
    for (const one of before) found.set(registerId(one.register, one.key), one);
  }
}

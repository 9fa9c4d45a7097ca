import { Buffer } from 'node:buffer';
import { CuepointError } from '@cuepoint/core';
import type { CatchUpName } from './dialect.ts';

/** Which database, and what of it was seen. [CUR1] */
export interface Cursor {
  readonly catchUp: CatchUpName;
  /** By xid `pg_current_snapshot()` as text; by counter the user's version. */
  readonly seen: string;
  readonly systemIdentifier: string;
  /** 8 hex digits; changes at a failover. */
  readonly timeline: string;
  /** UUID; changes at `cuepoint restored`. */
  readonly incarnation: string;
  /**
   * When the server last began without the statistics of an orderly shutdown, in microseconds since the
   * epoch: changes at each crash recovery, which hands transaction ids out again. [CUR2]
   */
  readonly recoveredAtUs: string;
}

/** Where a page ended. */
export interface PagePosition {
  /** What the next cursor will be: of the first page's snapshot. */
  readonly base: Cursor;
  /** What the pages are the changes since; `null` for a whole state. */
  readonly since: Cursor | null;
  /** Of a whole state 0 watchlist by tag, 1 progress by content id, 4 registers by kind and key; of changes 2, 3 and 5, by when they changed. */
  readonly kind: number;
  /** Of changes the transaction or version that the page ended at. */
  readonly at: string | null;
  readonly key: string;
}

/**
 * Longest cursor or page text, in characters: with the rest of its URL it stays below 4 KB.
 *
 * A snapshot names every transaction in progress, some 15 characters each. Where they are too many the text holds no more
 * than what came before all of them: what they and others changed since is told again, which is harmless.
 */
export const CURSOR_TEXT_MAX = 3_840;

/** UTF-16 code units: a kind of a register, and a device id with a content id. */
const PAGE_KEY_LENGTH_MAX = 1_024;
const VERSION = /^\d{1,19}$/;
const SNAPSHOT = /^\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20})*)?$/;
const SYSTEM_IDENTIFIER = /^\d{1,19}$/;
const RECOVERED_AT_US = /^\d{1,18}$/;
const TIMELINE = /^[0-9A-F]{8}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function cursorToText(cursor: Cursor): string {
  const text = encode(cursorParts(cursor));
  return text.length <= CURSOR_TEXT_MAX ? text : encode(cursorParts(withoutOpen(cursor)));
}

/** @throws CuepointError `invalid_cursor` */
export function textToCursor(text: string): Cursor {
  return partsToCursor(decode(text));
}

export function pageToText(position: PagePosition): string {
  const text = encodePage(position);
  if (text.length <= CURSOR_TEXT_MAX) return text;
  const { base, since } = position;
  const shorter = { ...position, since: since === null ? null : withoutOpen(since) };
  const shorterText = encodePage(shorter);
  return shorterText.length <= CURSOR_TEXT_MAX
    ? shorterText
    : encodePage({ ...shorter, base: withoutOpen(base) });
}

function encodePage({ base, since, kind, at, key }: PagePosition): string {
  return encode([cursorParts(base), since === null ? null : cursorParts(since), kind, key, at]);
}

/** Of what came before every transaction that was in progress; a version has none. */
function withoutOpen(cursor: Cursor): Cursor {
  const { catchUp, seen } = cursor;
  if (catchUp === 'counter') return cursor;
  const xmin = seen.slice(0, seen.indexOf(':'));
  return { ...cursor, seen: `${xmin}:${xmin}:` };
}

/** @throws CuepointError `invalid_cursor` */
export function textToPage(text: string): PagePosition {
  const parts = decode(text);
  if (!Array.isArray(parts)) throw invalidCursor();
  const [base, since, kind, key, at] = parts as unknown[];
  if (typeof key !== 'string' || key.length > PAGE_KEY_LENGTH_MAX) throw invalidCursor();
  const isOfWhole = since === null && (kind === 0 || kind === 1 || kind === 4);
  if (
    !isOfWhole &&
    (since === null || (kind !== 2 && kind !== 3 && kind !== 5) || !matches(VERSION, at))
  ) {
    throw invalidCursor();
  }
  if (key.includes('\0') || /\p{Cs}/u.test(key)) throw invalidCursor();
  return {
    base: partsToCursor(base),
    since: since === null ? null : partsToCursor(since),
    kind,
    at: isOfWhole ? null : String(at),
    key,
  };
}

export function invalidCursor(cause?: unknown): CuepointError {
  return new CuepointError(
    'invalid_cursor',
    'Pass a cursor as it was given, or none to read the whole state.',
    { field: 'cursor', cause },
  );
}

function cursorParts(cursor: Cursor): unknown {
  const { seen, systemIdentifier, timeline, incarnation, recoveredAtUs } = cursor;
  return [seen, systemIdentifier, timeline, incarnation, recoveredAtUs];
}

function partsToCursor(parts: unknown): Cursor {
  if (!Array.isArray(parts) || parts.length !== 5) throw invalidCursor();
  const [seen, systemIdentifier, timeline, incarnation, recoveredAtUs] = parts as unknown[];
  const catchUp = matches(VERSION, seen) ? 'counter' : 'xid';
  if (
    !matches(catchUp === 'counter' ? VERSION : SNAPSHOT, seen) ||
    !matches(SYSTEM_IDENTIFIER, systemIdentifier) ||
    !matches(TIMELINE, timeline) ||
    !matches(UUID, incarnation) ||
    !matches(RECOVERED_AT_US, recoveredAtUs)
  ) {
    throw invalidCursor();
  }
  return { catchUp, seen, systemIdentifier, timeline, incarnation, recoveredAtUs };
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(text: string): unknown {
  if (text.length > CURSOR_TEXT_MAX) throw invalidCursor();
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
  } catch (cause) {
    throw invalidCursor(cause);
  }
}

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { stableStringify } from '../testing/stable-stringify.ts';
import { DOWN_SCHEMAS, UP_SCHEMAS } from './messages.ts';
import { PROTOCOL_VERSION } from './version.ts';

/** What each version looks like on the wire. Only the last line ever changes. */
const HASHES_BY_VERSION: Readonly<Record<number, string>> = {
  1: 'ace5c59fc5caa117686fb11b509838c1a87921a14a10116a09b7d49a7c2ab75a',
  2: 'ef92d003e1b0fa578b7190b1efb34ed6aa7dca6cd15f43af4f241dfe8becc5c3',
};

const WHAT_TO_DO = `
A message has changed on the wire.
- Peers of version ${PROTOCOL_VERSION} read it as before, in both directions (a new type or optional field that the service
  sends, a new error code): put the new hash into the line of version ${PROTOCOL_VERSION}.
- Else (whatever a client sends is new, since an older service refuses what it does not know; a field is gone,
  renamed, required or narrower): raise PROTOCOL_VERSION, add a line for it, and keep the reader of version ${PROTOCOL_VERSION}
  for as long as its clients are out there.
Either way say it in docs/protocol.md.
`;

/** Descriptions are for people: they may be mended. */
function withoutDescriptions(key: string, value: unknown): unknown {
  return key === 'description' && typeof value === 'string' ? undefined : value;
}

test('the messages on the wire are those of the protocol’s version', () => {
  const schemas = stableStringify({ up: UP_SCHEMAS, down: DOWN_SCHEMAS }, withoutDescriptions);
  const hash = createHash('sha256').update(schemas).digest('hex');
  const isPinned = hash === HASHES_BY_VERSION[PROTOCOL_VERSION];
  expect(isPinned ? '' : `${WHAT_TO_DO}The hash is now ${hash}.`).toBe('');
});

test('every version up to this one has its line, and none is ahead', () => {
  const versions = Object.keys(HASHES_BY_VERSION).map(Number);
  expect(versions).toEqual(Array.from({ length: PROTOCOL_VERSION }, (_, index) => index + 1));
});

test('the hash does not depend on the order of keys, and does on everything else', () => {
  const schema = { type: 'object', required: ['a', 'b'], properties: { a: 1, b: 2 } };
  const reordered = { properties: { b: 2, a: 1 }, required: ['a', 'b'], type: 'object' };
  expect(stableStringify(reordered)).toBe(stableStringify(schema));
  expect(stableStringify({ ...schema, required: ['b', 'a'] })).not.toBe(stableStringify(schema));
  expect(stableStringify({ ...schema, properties: { a: 1 } })).not.toBe(stableStringify(schema));
});

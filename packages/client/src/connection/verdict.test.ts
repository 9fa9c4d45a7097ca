import { CLOSE_CODES } from '@cuepoint/core';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verdictOf, type Verdict } from './verdict.ts';

const DOCUMENT = new URL('../../../../docs/protocol.md', import.meta.url);

/** `| code | why | what a client does |` under "Close codes". */
const section = readFileSync(DOCUMENT, 'utf8').split('### Close codes')[1]?.split('\n#')[0] ?? '';
const rows = [...section.matchAll(/^\| (?<codes>\d[^|]*) \| [^|]+ \| (?<does>[^|]+) \|$/gm)];
const actionsByCode = new Map(
  rows.flatMap(({ groups: { codes = '', does = '' } = {} }) =>
    [...codes.matchAll(/\d{4}/g)].map(([code]): [number, string] => [Number(code), does]),
  ),
);

const NAMED = 'retryAfterMs=1234';
const soon: Verdict = { kind: 'retry', notBeforeMs: 0, isJittered: true };
const after = (notBeforeMs: number): Verdict => ({ ...soon, notBeforeMs });

/** What the text of a row asks for, and the verdict without and with a delay in the reason. */
const EXPECTED: Readonly<Record<number, readonly [says: RegExp, plain: Verdict, named: Verdict]>> =
  {
    // Ours is not heard any more; one of a proxy is a lost connection.
    1000: [/^nothing$/, soon, soon],
    1001: [/^reconnects$/, soon, soon],
    1006: [/^reconnects$/, soon, soon],
    1009: [/splits its push; reconnects/, soon, soon],
    1012: [
      /reconnects after that delay/,
      soon,
      { kind: 'retry', notBeforeMs: 1_234, isJittered: false },
    ],
    4400: [/only with a long delay/, after(60_000), after(60_000)],
    4401: [/fetches a new token, then reconnects/, soon, soon],
    4403: [
      /comes back under a new id/,
      { kind: 'halt', code: 'device_revoked' },
      { kind: 'halt', code: 'device_revoked' },
    ],
    4406: [
      /does not reconnect as it is/,
      { kind: 'halt', code: 'protocol_unsupported' },
      { kind: 'halt', code: 'protocol_unsupported' },
    ],
    4408: [/^reconnects/, soon, soon],
    4409: [
      /does not reconnect by itself/,
      { kind: 'halt', code: 'device_replaced' },
      { kind: 'halt', code: 'device_replaced' },
    ],
    4410: [
      /drops the local state and the outbox/,
      { kind: 'halt', code: 'user_erased' },
      { kind: 'halt', code: 'user_erased' },
    ],
    4413: [/does not repeat it as it is/, after(60_000), after(60_000)],
    4429: [/at least 10 seconds without one/, after(10_000), after(1_234)],
    4500: [/^reconnects$/, soon, soon],
    4503: [/reconnects after the delay in the reason/, soon, after(1_234)],
  };

describe('the close codes of docs/protocol.md', () => {
  it('are those that are judged here, and those of the service', () => {
    const codes = Object.keys(EXPECTED).map(Number);
    expect([...actionsByCode.keys()].sort((a, b) => a - b)).toEqual(codes);
    for (const code of Object.values(CLOSE_CODES)) expect(codes).toContain(code);
  });

  it.each(Object.keys(EXPECTED).map(Number))('[SDK5] %i is answered as its row says', (code) => {
    const [says, plain, named] = EXPECTED[code] ?? [];
    expect(actionsByCode.get(code)).toMatch(says ?? '');
    expect(verdictOf(code, '')).toEqual(plain);
    expect(verdictOf(code, NAMED)).toEqual(named);
  });

  it('treats one that is not listed like 1006', () => {
    for (const code of [1002, 1005, 1011, 3000, 4000, 4499, 4999]) {
      expect(verdictOf(code, 'whatever')).toEqual(soon);
    }
  });
});

import { pino } from 'pino';
import { expect, it } from 'vitest';
import { withRetryLog } from './retry-log.ts';

const COMMITTED = { rows: 1, changes: 1, folded: 0, durationMs: 1 };

it('the log says what the database said, once for each reason and minute, and when it commits again', () => {
  const lines: string[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) });
  let nowMs = 0;
  const observer = withRetryLog({}, logger, () => nowMs);
  observer.committed?.(COMMITTED);
  const retry = (reason: string) => observer.retried?.({ code: '25006', reason });
  retry('read-only');
  retry('read-only');
  retry('shutting down');
  nowMs += 60_000;
  retry('shutting down');
  observer.committed?.(COMMITTED);
  observer.committed?.(COMMITTED);
  retry('shutting down');
  const said = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(said).toEqual([
    'a batch is tried again: read-only',
    'a batch is tried again: shutting down',
    'a batch is tried again: shutting down',
    'the database commits again',
    'a batch is tried again: shutting down',
  ]);
});

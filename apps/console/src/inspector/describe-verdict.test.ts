import { expect, it } from 'vitest';
import { describeVerdict } from './describe-verdict.ts';

const group = { groupId: 'g', contentId: 'c', engagedAt: '2026-03-01T20:00:00.000Z' };

it.each([
  [
    { rule: 'CW3', begunFromSeconds: 120, finishedFromSeconds: 2_590, isByCredits: true },
    'CW3: begun from 2:00 on; finished from 43:10 on, where the credits begin',
  ],
  [
    { rule: 'CW5', after: 's1e1', releasedAt: '2026-03-08' },
    'CW5: the next one after s1e1; released 2026-03-08',
  ],
  [
    { rule: 'CW4', dismissedAt: '2026-03-01T20:00:00.000Z' },
    'CW4: dismissed 2026-03-01T20:00:00.000Z',
  ],
  [{ rule: 'CW10' }, 'CW10'],
])('[CW8] says %j in a sentence', (why, sentence) => {
  expect(describeVerdict({ ...group, reason: 'in_progress', why })).toBe(sentence);
});

import { clockOf } from './describe-op.ts';
import type { ExplainedRow } from './inspected-user.ts';

/** The rule that decided, and what it went by, in a sentence. [CW8] */
export function describeVerdict({ why }: ExplainedRow['verdict']): string {
  if (why === undefined) return '';
  const text = (field: string): string | undefined => {
    const value = why[field];
    return typeof value === 'string' ? value : undefined;
  };
  const clock = (field: string): string | undefined => {
    const value = why[field];
    return typeof value === 'number' ? clockOf(value) : undefined;
  };
  const parts = [
    clock('begunFromSeconds') && `begun from ${clock('begunFromSeconds')} on`,
    clock('finishedFromSeconds') &&
      `finished from ${clock('finishedFromSeconds')} on${why['isByCredits'] === true ? ', where the credits begin' : ''}`,
    text('after') && `the next one after ${text('after')}`,
    text('releasedAt') && `released ${text('releasedAt')}`,
    text('dismissedAt') && `dismissed ${text('dismissedAt')}`,
    text('watchedAt') && `watched ${text('watchedAt')}`,
    text('since') && `begun anew ${text('since')}`,
  ].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? why.rule : `${why.rule}: ${parts.join('; ')}`;
}

import { createGroupCommit } from '../group-commit/group-commit.ts';
import type { Lane } from '../group-commit/lane.ts';
import { DEFAULT_GROUP_COMMIT_OPTIONS, type GroupCommitOptions } from '../group-commit/options.ts';
import { createScriptedDatabase } from './scripted-database.ts';
import { TestClock } from './test-clock.ts';

const USER = '00000000-0000-4000-8000-000000000000';

/** Keeps the greater number; tells every contributor whether its own number was written. */
const maxLane: Lane<number, 'kept' | 'folded' | 'refused'> = {
  name: 'progress',
  order: 0,
  debounced: true,
  isCaughtUp: true,
  hasFloor: false,
  fold: (first, second) => Math.max(first, second),
  weigh: () => 100,
  statement: (rows) => ({
    name: 'max',
    params: [rows.map((row) => row.key), rows.map((row) => row.value)],
  }),
  valuesStatements: () => [],
  isRefused: () => false,
  async settle(rows) {
    for (const row of rows) {
      for (const { value, submission } of row.contributions) {
        submission.settleRow(value === row.value ? 'kept' : 'folded');
      }
    }
  },
  refuse: ({ submission }) => submission.settleRow('refused'),
};

/** A group commit of numbers over a scripted database and a driven clock. */
export function createTestCommits(options: Partial<GroupCommitOptions> = {}, { writers = 1 } = {}) {
  const clock = new TestClock();
  const scripted = createScriptedDatabase({ writers });
  const events: string[] = [];
  const commits = createGroupCommit(
    {
      database: scripted.database,
      now: clock.now,
      monotonic: clock.now,
      random: () => 0.5,
      setTimer: clock.setTimer,
      observer: {
        committed: (event) => events.push(`committed ${event.rows}/${event.changes}`),
        retried: (event) => events.push(`retried ${event.code}`),
        poisoned: (event) => events.push(`poisoned ${event.sqlState}`),
      },
    },
    { ...DEFAULT_GROUP_COMMIT_OPTIONS, ...options },
  );
  const submit = (key: string, value: number, userId = USER) =>
    commits.submit(userId, [{ lane: maxLane, userId, key, value }]);
  return { clock, scripted, commits, submit, events };
}

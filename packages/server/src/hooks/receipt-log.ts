import type { Hook, Receipt } from '@cuepoint/hooks';
import type { HookStore } from '@cuepoint/store';

/** What became of events, on its way to the database: nobody waits for it, and one write holds many. [HOK4] */
export interface ReceiptLog {
  note(hook: Hook, receipt: Receipt): void;
  /** Settles once everything that was noted is stored, or could not be. */
  flush(): Promise<void>;
}

export interface ReceiptLogDeps {
  readonly store: Pick<HookStore, 'addReceipts'>;
  /** @returns what takes it back. */
  readonly setTimer: (work: () => void, ms: number) => () => void;
  readonly onFailed: (error: unknown) => void;
}

const FLUSH_INTERVAL_MS = 1_000;
/** Of one hook between two writes: the ones before would be pruned at once. */
const WAITING_PER_HOOK_MAX = 20;
const HOOKS_WAITING_MAX = 1_000;

export function createReceiptLog({ store, setTimer, onFailed }: ReceiptLogDeps): ReceiptLog {
  let waiting = new Map<string, Receipt[]>();
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const taken = waiting;
    waiting = new Map();
    for (const [hookId, receipts] of taken) {
      try {
        await store.addReceipts(hookId, receipts);
      } catch (error) {
        onFailed(error);
      }
    }
  }

  function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    note({ id }, receipt) {
      const receipts = waiting.get(id) ?? [];
      if (receipts.length === 0 && waiting.size >= HOOKS_WAITING_MAX) return;
      waiting.set(id, receipts);
      const last = receipts.at(-1);
      // A tick tells the person nothing that the tick before did not.
      if (last !== undefined && isTickAfter(receipt, last)) receipts.pop();
      receipts.push(receipt);
      if (receipts.length > WAITING_PER_HOOK_MAX) receipts.shift();
      cancel ??= setTimer(() => void flush(), FLUSH_INTERVAL_MS);
    },
    flush,
  };
}

function isTickAfter(a: Receipt, b: Receipt): boolean {
  return (
    a.event === b.event &&
    a.reason === b.reason &&
    a.title === b.title &&
    a.user.id === b.user.id &&
    a.user.name === b.user.name
  );
}

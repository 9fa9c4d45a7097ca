/** One system call of a trace, from its entry to its return. */
export interface SystemCall {
  readonly name: string;
  /** Of the thread that made it. */
  readonly threadId: number;
  /** Its arguments as `strace` writes them. */
  readonly text: string;
  /** What its first argument, a descriptor, stands for: a path, or such as `TCP:[127.0.0.1:1->127.0.0.1:2]`. */
  readonly target: string;
  /** Where in the trace it began. `strace` stops a thread at each end of a call, so this is the order of events. */
  readonly beganAt: number;
  /** Where it ended; `undefined` when the trace ends before. */
  readonly endedAt: number | undefined;
  /** What it returned, such as `0` or `-1 EIO (Input/output error) (INJECTED)`. */
  readonly result: string;
}

/** Reads what `strace -f -ttt -yy -o` has written. Lines about signals and exits are passed over. */
export function parseTrace(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<number, Omit<SystemCall, 'endedAt' | 'result'>>();
  for (const [at, line] of text.split('\n').entries()) {
    const { thread = '', rest = '' } = LINE.exec(line)?.groups ?? {};
    const threadId = Number(thread);
    const { resumed, tail } = RESUMED.exec(rest)?.groups ?? {};
    if (resumed !== undefined) {
      const begun = unfinished.get(threadId);
      unfinished.delete(threadId);
      // A call that had begun before the trace did has no beginning here.
      if (begun?.name !== resumed) continue;
      const { args = '', result = '' } = ENDED.exec(tail ?? '')?.groups ?? {};
      calls.push({ ...begun, text: begun.text + args, endedAt: at, result });
      continue;
    }
    const { name, more } = BEGUN.exec(rest)?.groups ?? {};
    if (name === undefined || more === undefined) continue;
    const target = TARGET.exec(more)?.groups?.['target'] ?? '';
    if (more.endsWith(UNFINISHED)) {
      const args = more.slice(0, -UNFINISHED.length);
      unfinished.set(threadId, { name, threadId, text: args, target, beganAt: at });
      continue;
    }
    const { args = '', result = '' } = ENDED.exec(more)?.groups ?? {};
    calls.push({ name, threadId, text: args, target, beganAt: at, endedAt: at, result });
  }
  for (const begun of unfinished.values()) {
    calls.push({ ...begun, endedAt: undefined, result: '' });
  }
  return calls.toSorted((a, b) => a.beganAt - b.beganAt);
}

const LINE = /^(?<thread>\d+) +\d+\.\d+ (?<rest>.*)$/;
const BEGUN = /^(?<name>[a-z_0-9]+)\((?<more>.*)$/;
const RESUMED = /^<\.\.\. (?<resumed>[a-z_0-9]+) resumed>(?<tail>.*)$/;
/** Greedy: what is written may hold the same signs. */
const ENDED = /^(?<args>.*)\) += (?<result>.*)$/;
const UNFINISHED = ' <unfinished ...>';
/** A socket's description has `->` in it. */
const TARGET = /^\d+<(?<target>(?:->|[^>])*)>/;

import type { Readable, Writable } from 'node:stream';
import { printable } from './printable.ts';

/** What a command needs from its surroundings; `main.ts` builds the real one. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly readFile: (path: string) => string;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly randomUuid: () => string;
  /** IPv4 addresses of this machine on its networks, without loopback. */
  readonly networkAddresses: () => readonly string[];
  /** Calls `listener` on the first signal to stop, instead of ending the process. */
  readonly onStopSignal: (listener: () => void) => void;
}

export function print({ stdout }: CliContext, ...lines: readonly string[]): void {
  for (const line of lines) stdout.write(`${printable(line)}\n`);
}

/** A question, whose answer is typed after it. */
export function ask({ stderr }: CliContext, question: string): void {
  stderr.write(printable(question));
}

/** For what went wrong, and for questions. */
export function complain({ stderr }: CliContext, message: string): void {
  stderr.write(`${printable(message)}\n`);
}

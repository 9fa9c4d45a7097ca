import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { CliContext } from '../cli/context.ts';
import { runCli } from '../cli/run-cli.ts';

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Text on the standard input. */
  readonly input?: string;
  /** The standard input itself, for what is typed over time. */
  readonly typed?: Readable;
  /** Sits at a terminal: answers `input` to a question. */
  readonly isTerminal?: boolean;
  readonly onOutput?: (text: string) => void;
  /** Told how to send the stop signal, once the command listens for it. */
  readonly onStopSignal?: (stop: () => void) => void;
}

/** One run of the command line in this process, with its streams kept. */
export async function runTestCli(argv: string[], options: CliRunOptions = {}): Promise<CliRun> {
  const { env = {}, input = '', isTerminal = false, onOutput, onStopSignal } = options;
  const [out, err] = [createSink(onOutput), createSink()];
  const stdin = options.typed ?? (isTerminal ? new PassThrough() : Readable.from([input]));
  if (isTerminal && stdin instanceof PassThrough) stdin.write(`${input}\n`);
  const context: CliContext = {
    env,
    stdin: Object.assign(stdin, { isTTY: isTerminal }),
    stdout: out.stream,
    stderr: err.stream,
    readFile: (path) => readFileSync(path, 'utf8'),
    now: Date.now,
    random: Math.random,
    randomUuid: randomUUID,
    networkAddresses: () => ['192.168.1.20'],
    onStopSignal: (listener) => onStopSignal?.(listener),
  };
  const code = await runCli(argv, context);
  return { code, out: out.text(), err: err.text() };
}

function createSink(onOutput?: (text: string) => void) {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      onOutput?.(text);
      done();
    },
  });
  return { stream, text: () => text };
}

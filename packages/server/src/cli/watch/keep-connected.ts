import {
  CLOSE_CODES,
  CuepointError,
  reasonToRetryAfter,
  type DownMessage,
  type ErrorCode,
  type UpMessage,
} from '@cuepoint/core';
import { delay } from '../../service/delay.ts';
import type { Emit } from './event.ts';
import { readDownMessage } from './read-down-message.ts';
import { runSocket, type Closing } from './run-socket.ts';

export interface ConnectionHandler {
  /** A socket is open: say hello over it. */
  onOpen(token: string, send: (message: UpMessage) => boolean): void;
  /** @throws CuepointError when there is no point in going on. */
  onMessage(message: DownMessage): void;
  onClose(): void;
}

export interface KeepConnectedOptions {
  readonly url: URL;
  /** `undefined`: it cannot be had now. */
  readonly obtainToken: () => Promise<string | undefined>;
  readonly handler: ConnectionHandler;
  readonly emit: Emit;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends it, with a clean close. */
  readonly signal: AbortSignal;
}

const DELAY_BASE_MS = 500;
const DELAY_MAX_MS = 30_000;
const NEVER_OPENED: Closing = { code: 1006, reason: '', failure: 'no token' };

/** Closes after which the same hello meets the same answer. */
const FINAL_CLOSES: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [CLOSE_CODES.badMessage, ['invalid_request', 'The service did not understand this watcher.']],
  [CLOSE_CODES.unauthenticated, ['unauthenticated', 'The token was refused, or has expired.']],
  [
    CLOSE_CODES.deviceRevoked,
    ['device_revoked', 'This device was removed; take another --device.'],
  ],
  [
    CLOSE_CODES.protocolUnsupported,
    ['protocol_unsupported', 'The service speaks another protocol.'],
  ],
  [CLOSE_CODES.deviceReplaced, ['device_replaced', 'Another session of this device took over.']],
  [CLOSE_CODES.userErased, ['user_erased', 'The user was erased.']],
  [CLOSE_CODES.limitExceeded, ['limit_exceeded', 'The service refuses the session for a limit.']],
]);

/**
 * Holds a session open until `signal` aborts: full jitter between tries, or the delay that the service asks for.
 *
 * @throws CuepointError after a close that another try cannot mend.
 */
export async function keepConnected(options: KeepConnectedOptions): Promise<void> {
  const { emit, random, signal } = options;
  let attempt = 0;
  const onWelcome = (): void => {
    attempt = 0;
  };
  while (!signal.aborted) {
    const closing = await connectOnce(options, onWelcome);
    if (signal.aborted) return;
    const final = FINAL_CLOSES.get(closing.code);
    if (final !== undefined) throw new CuepointError(...final);
    const bound = Math.min(DELAY_MAX_MS, DELAY_BASE_MS * 2 ** attempt);
    const retryInMs = reasonToRetryAfter(closing.reason) ?? random() * bound;
    attempt += 1;
    emit({ event: 'disconnected', reason: describeClosing(closing), retryInMs });
    await delay(retryInMs, signal);
  }
}

async function connectOnce(
  { url, obtainToken, handler, signal }: KeepConnectedOptions,
  onWelcome: () => void,
): Promise<Closing> {
  const token = await obtainToken();
  if (token === undefined) return NEVER_OPENED;
  const broken = new AbortController();
  let fault: unknown;
  const closing = await runSocket(
    url,
    {
      onOpen: (send) => handler.onOpen(token, send),
      onMessage: (text) => {
        const message = readDownMessage(text);
        if (message === undefined || broken.signal.aborted) return;
        if (message.type === 'welcome') onWelcome();
        try {
          handler.onMessage(message);
        } catch (error) {
          fault = error;
          broken.abort();
        }
      },
    },
    AbortSignal.any([signal, broken.signal]),
  );
  handler.onClose();
  if (broken.signal.aborted) throw fault;
  return closing;
}

function describeClosing({ code, reason, failure }: Closing): string {
  if (failure !== undefined) return `the service cannot be reached (${failure})`;
  if (code === CLOSE_CODES.restart) return 'the service restarts';
  if (code === LOST_CODE) return 'the connection was lost';
  return `closed with ${code} ${reason}`.trimEnd();
}

/** What a WebSocket reports that ended without a close frame. */
const LOST_CODE = 1006;

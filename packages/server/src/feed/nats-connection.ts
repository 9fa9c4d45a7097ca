import { connect, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { BrokerConnection, BrokerHandlers } from './broker.ts';
import { PULL_TEXT, type EventText } from './event-text.ts';
import { SEAL_BYTES, type FeedSeal } from './feed-seal.ts';
import { awaitNatsGreeting } from './nats-greeting.ts';
import type { OutgoingBatch } from './outgoing-events.ts';

export interface NatsConnectionOptions {
  /** Such as `nats://host:4222` or `tls://user:password@host`; a user without a password is a token. */
  readonly url: string;
  /** Its name stands in every subject, and keeps several Cuepoints on one NATS apart. */
  readonly seal: FeedSeal;
  /** Longest wait for the connection, and for the answer to a check, in ms. */
  readonly answerTimeoutMs: number;
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Larger events are pulled: a message delays all those behind it on a connection. */
const MESSAGE_BYTES_MAX = 128 * 1_024;
const DEFAULT_PORT = 4_222;

/**
 * One connection, with one subject a user, subscribed only while the user is held. [LIV3]
 *
 * What this connection publishes, the server does not send back to it. The library's own reconnect is off:
 * it keeps what is published meanwhile without bound, and waits for a server that hangs.
 */
export async function connectToNats(
  { url, seal, answerTimeoutMs, delay }: NatsConnectionOptions,
  { onEvent, onGap, onLost }: BrokerHandlers,
  signal: AbortSignal,
): Promise<BrokerConnection> {
  const { address, options } = readUrl(url);
  await awaitNatsGreeting(address, answerTimeoutMs, signal);
  const nats = await connect({
    ...options,
    name: 'cuepoint',
    noEcho: true,
    reconnect: false,
    timeout: answerTimeoutMs,
  });

  const subjectOf = (userId: string) => `cuepoint.${seal.name}.user.${userId}`;
  const gapSubject = `cuepoint.${seal.name}.gap`;
  const subscriptionsByUserId = new Map<string, Subscription>();
  /** Of those who wait for an answer: the library forgets them when the connection closes. */
  const rejectWaiting = new Set<(reason: Error) => void>();
  let isOver = false;

  function destroy(reason = new Error('The connection was closed.')): void {
    isOver = true;
    for (const reject of rejectWaiting) reject(reason);
    rejectWaiting.clear();
    void nats.close();
  }

  function lose(reason: Error): void {
    if (isOver) return;
    destroy(reason);
    onLost(reason);
  }

  /** Resolves once the server has processed everything before it. */
  function roundTrip(): Promise<void> {
    if (isOver) return Promise.reject(new Error('The connection is over.'));
    return new Promise((resolve, reject) => {
      rejectWaiting.add(reject);
      void nats
        .flush()
        .then(resolve, reject)
        .finally(() => rejectWaiting.delete(reject));
    });
  }

  function subscribe(userId: string): void {
    if (subscriptionsByUserId.has(userId)) return;
    const callback = (error: Error | null, message: Msg): void => {
      // What the server refuses ends the connection, below.
      if (error !== null) return;
      const opened = seal.open(message.data, message.subject);
      if (opened === undefined) onEvent(userId, PULL_TEXT, 0);
      else for (const text of opened.text.split('\n')) onEvent(userId, text, opened.sentAtMs);
    };
    subscriptionsByUserId.set(userId, nats.subscribe(subjectOf(userId), { callback }));
  }

  void nats
    .closed()
    .then((reason) => lose(reason ?? new Error('The server closed the connection.')));
  void watchErrors(nats, lose);
  nats.subscribe(gapSubject, { callback: (error) => (error === null ? onGap() : undefined) });
  const eventBytesMax =
    Math.min(nats.info?.max_payload ?? MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX) - SEAL_BYTES;

  return {
    eventBytesMax,
    async send({ users, hasGap }: OutgoingBatch) {
      if (hasGap) nats.publish(gapSubject);
      for (const { userId, texts } of users) {
        const subject = subjectOf(userId);
        for (const message of joinTexts(texts, eventBytesMax)) {
          nats.publish(subject, seal.seal(message, subject));
        }
      }
      await roundTrip();
    },
    async check() {
      const answered = new AbortController();
      const silence = delay(answerTimeoutMs, answered.signal).then(() => {
        if (!answered.signal.aborted) throw new Error('The server does not answer.');
      });
      await Promise.race([roundTrip(), silence]).finally(() => answered.abort());
      return undefined;
    },
    async hold(userIds) {
      if (isOver) return;
      for (const userId of userIds) subscribe(userId);
      await roundTrip().catch(() => undefined);
    },
    release(userId) {
      subscriptionsByUserId.get(userId)?.unsubscribe();
      subscriptionsByUserId.delete(userId);
    },
    async close() {
      destroy();
      await nats.closed();
    },
    destroy: () => destroy(),
  };
}

function readUrl(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const user = decodeURIComponent(username);
  const pass = decodeURIComponent(password);
  const credentials = pass === '' ? { token: user } : { user, pass };
  const address = {
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
  };
  return {
    address,
    options: {
      servers: `${hostname}:${address.port}`,
      ...(user === '' ? {} : credentials),
      // Without it TLS is used where the server offers it.
      ...(protocol === 'tls:' ? { tls: {} } : {}),
    },
  };
}

/**
 * What the server complains of concerns more than one event: without a right to a subject, say, this
 * instance would be deaf and nobody would know.
 */
async function watchErrors(nats: NatsConnection, lose: (reason: Error) => void): Promise<void> {
  for await (const status of nats.status()) {
    if (status.type === 'error') lose(status.error);
  }
}

/** A user's events in one message, or in as few as they fit in. */
function joinTexts(texts: readonly EventText[], bytesMax: number): readonly string[] {
  const [first = '', ...rest] = texts;
  const messages: string[] = [];
  let message = first;
  let bytes = Buffer.byteLength(first);
  for (const text of rest) {
    const textBytes = 1 + Buffer.byteLength(text);
    if (bytes + textBytes > bytesMax) {
      messages.push(message);
      message = text;
      bytes = textBytes - 1;
    } else {
      message += `\n${text}`;
      bytes += textBytes;
    }
  }
  messages.push(message);
  return messages;
}

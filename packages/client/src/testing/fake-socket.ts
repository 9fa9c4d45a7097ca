import type { DownMessage, UpMessage } from '@cuepoint/core';
import type { WebSocketLike } from '../connection/web-socket.ts';

const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];

/** One socket between an app and the service of a test: messages come later and in order. */
export class FakeSocket implements WebSocketLike {
  readonly url: string;
  readonly sent: UpMessage[] = [];
  /** What the app closed it with; `undefined` while it has not, `null` without a code. */
  closedWith: number | null | undefined;
  readyState = CONNECTING;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly #onMessage: (socket: FakeSocket, message: UpMessage) => void;

  constructor(url: string, onMessage: (socket: FakeSocket, message: UpMessage) => void) {
    this.url = url;
    this.#onMessage = onMessage;
  }

  get isOpen(): boolean {
    return this.readyState === OPEN;
  }

  send(text: string): void {
    if (!this.isOpen) throw new Error('it is not open');
    const message = JSON.parse(text) as UpMessage;
    this.sent.push(message);
    queueMicrotask(() => this.#onMessage(this, message));
  }

  close(code?: number): void {
    this.closedWith ??= code ?? null;
    this.end(code ?? 1005);
  }

  /** The handshake succeeds. */
  open(): void {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    this.onopen?.({} as never);
  }

  tell(message: DownMessage): void {
    this.tellText(JSON.stringify(message));
  }

  tellText(data: string): void {
    queueMicrotask(() => {
      if (this.readyState === OPEN) this.onmessage?.({ data } as never);
    });
  }

  /** The connection ends: by the service with a code and a reason, else it is lost. */
  end(code = 1006, reason = ''): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    queueMicrotask(() => this.onclose?.({ code, reason } as never));
  }

  /** Messages of one type that the app has sent, in order. */
  sentOf<Type extends UpMessage['type']>(type: Type): Extract<UpMessage, { type: Type }>[] {
    return this.sent.filter(
      (message): message is Extract<UpMessage, { type: Type }> => message.type === type,
    );
  }
}

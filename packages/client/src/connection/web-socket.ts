/** As much of a WebSocket as the SDK uses; the platform's and that of `ws` both have it. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Opens a socket, or throws for an address that is none. */
export type CreateSocket = (url: string) => WebSocketLike;

/** The address of the live protocol of a service at `url`. */
export function liveUrlOf(url: string): string {
  return `${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/api/v1/ws`;
}

import type { LiveUser } from './job.ts';

export interface ChangePlace {
  /** Index of the user. */
  readonly user: number;
  readonly contentId: string;
}

/** One report of progress; its position is its sequence number, by which it is known again. */
export interface Change extends ChangePlace {
  readonly seq: number;
  readonly durationSeconds: number;
  readonly state: 'playing' | 'paused';
  /** A hybrid logical clock value in its text form. */
  readonly timestamp: string;
}

/** The devices of a system: one of each user sends, the other shows. */
export interface LiveClients {
  /** Resolves when every device is connected and up to date. */
  connect(): Promise<void>;
  send(change: Change): void;
  /** The position in the database, by a read that starts now; `undefined` when there is none. */
  storedPosition(place: ChangePlace): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface LiveClientsOptions {
  /** `ws://…`; the sender of a user is on one, the viewer on the next. */
  readonly urls: readonly string[];
  readonly users: readonly LiveUser[];
  readonly databaseUrl: string;
  readonly schema: string;
}

/**
 * `superseded`: another change of the same batch stood for this one, and that one is shown.
 * `refused`: not stored, or not for a long time; a device would send it again.
 */
export type Outcome = 'applied' | 'superseded' | 'refused';

export interface LiveEvents {
  acked(this: void, seq: number, outcome: Outcome): void;
  shown(this: void, seq: number): void;
  /** An answer that no change should get, or a socket that closed while it was wanted: the run is void. */
  failed(this: void, error: Error): void;
}

export type CreateLiveClients = (
  options: LiveClientsOptions,
  events: LiveEvents,
) => LiveClients | Promise<LiveClients>;

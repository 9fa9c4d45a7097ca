import { textToTimestamp, timestampToText, type Timestamp } from '@cuepoint/core';
import { defined } from '../defined.ts';

/** What is kept beside the ops. */
export interface ReplicaMeta {
  /** Everything before it is in the acknowledged state. */
  readonly cursor: string | undefined;
  readonly lastSent: Timestamp | undefined;
  readonly serverTimeMs: number | undefined;
  /** When the outbox was last empty on an open connection, by the service's clock in ms. */
  readonly lastSyncedAtMs: number | undefined;
}

export const NO_META: ReplicaMeta = {
  cursor: undefined,
  lastSent: undefined,
  serverTimeMs: undefined,
  lastSyncedAtMs: undefined,
};

export interface StoredMeta {
  readonly cursor?: string;
  readonly lastSent?: string;
  readonly serverTimeMs?: number;
  readonly lastSyncedAtMs?: number;
}

export function metaToStored({ lastSent, ...meta }: ReplicaMeta): StoredMeta {
  return defined({ ...meta, lastSent: lastSent && timestampToText(lastSent) });
}

export function storedToMeta({ lastSent, ...stored }: StoredMeta): ReplicaMeta {
  return {
    ...NO_META,
    ...stored,
    lastSent: lastSent === undefined ? undefined : textToTimestamp(lastSent),
  };
}

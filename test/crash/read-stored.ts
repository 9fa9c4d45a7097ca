import { timestampToText, type WireOp } from '@cuepoint/core';
import { API_PREFIX } from '@cuepoint/server';
import type pg from 'pg';
import { foldOps, positionOf, type StoredState } from './stored-state.ts';

const ANSWER_TIMEOUT_MS = 20_000;

/** The whole state of a user as a device gets it that was never there before. */
export async function readThroughService(url: string, token: string): Promise<StoredState> {
  const ops: WireOp[] = [];
  let page: string | undefined;
  do {
    const query = page === undefined ? '' : `?page=${encodeURIComponent(page)}`;
    const answer = await fetch(`${url}${API_PREFIX}/sync${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    const body = (await answer.json()) as {
      readonly changes: readonly WireOp[];
      readonly page?: string;
    };
    ops.push(...body.changes);
    ({ page } = body);
  } while (page !== undefined);
  return foldOps(ops);
}

const SELECT_TAGS = `
select content_id as "contentId", unique_tag as tag, is_removed as "isRemoved"
from user_watchlists
where user_id = $1`;

const SELECT_REGISTERS = `
select
  content_id as "contentId", position_seconds as "positionSeconds", duration_seconds as "durationSeconds", state,
  timestamp_physical::float8 as physical, timestamp_logical as logical,
  coalesce(claim_physical, timestamp_physical)::float8 as "claimPhysical",
  coalesce(claim_logical, timestamp_logical) as "claimLogical",
  device_id as "deviceId", is_cleared as "isCleared"
from user_progress
where user_id = $1`;

interface TagRow {
  readonly contentId: string;
  readonly tag: string;
  readonly isRemoved: boolean;
}

interface RegisterRow {
  readonly contentId: string;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: string;
  readonly physical: number;
  readonly logical: number;
  readonly claimPhysical: number;
  readonly claimLogical: number;
  readonly deviceId: string;
  readonly isCleared: boolean;
}

/** The rows themselves, past the service. */
export async function readRows(client: pg.Client, userId: string): Promise<StoredState> {
  const tags = await client.query<TagRow>(SELECT_TAGS, [userId]);
  const registers = await client.query<RegisterRow>(SELECT_REGISTERS, [userId]);
  return {
    tags: new Map(
      tags.rows.map(({ tag, contentId, isRemoved }) => [tag, { contentId, isRemoved }]),
    ),
    registers: new Map(
      registers.rows.map((row) => {
        const { contentId, physical, logical, deviceId, isCleared } = row;
        const timestamp = timestampToText({ physical, logical });
        const claim = timestampToText({ physical: row.claimPhysical, logical: row.claimLogical });
        return [
          contentId,
          { claim, timestamp, deviceId, position: isCleared ? undefined : positionOf(row) },
        ];
      }),
    ),
  };
}

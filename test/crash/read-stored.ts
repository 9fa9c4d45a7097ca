import { timestampToText, type WireOp } from '@cuepoint/core';
import { API_PREFIX } from '@cuepoint/server';
import type pg from 'pg';
import {
  foldOps,
  positionOf,
  valueOf,
  type Register,
  type StoredState,
  type Tag,
} from './stored-state.ts';

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
  const { tags, registers } = foldOps(ops);
  return { tags: new Map([...tags, ...(await readPlays(url, token))]), registers };
}

/** No device is ever told all of them: they are read as a person takes them along. */
async function readPlays(url: string, token: string): Promise<[string, Tag][]> {
  const answer = await fetch(`${url}${API_PREFIX}/export`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  const lines = (await answer.text()).trim().split('\n');
  if (lines.at(-1)?.includes('"type":"end"') !== true) throw new Error('an export was cut short');
  return lines.flatMap((text): [string, Tag][] => {
    const line = JSON.parse(text) as {
      readonly type: string;
      readonly playId: string;
      readonly contentId: string | null;
      readonly removed: unknown;
    };
    if (line.type !== 'play') return [];
    const { playId, contentId, removed } = line;
    return [[playId, { contentId: contentId ?? '', isRemoved: removed !== null, isPlay: true }]];
  });
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

const SELECT_PLAYS = `
select coalesce(content_id, '') as "contentId", play_id::text as tag, is_removed as "isRemoved"
from user_plays
where user_id = $1`;

const SELECT_SAID = `
select
  kind, key, value, timestamp_physical::float8 as physical, timestamp_logical as logical,
  coalesce(claim_physical, timestamp_physical)::float8 as "claimPhysical",
  coalesce(claim_logical, timestamp_logical) as "claimLogical",
  device_id as "deviceId"
from user_registers
where user_id = $1`;

interface SaidRow extends Omit<RegisterRow, keyof Position | 'contentId' | 'isCleared'> {
  readonly kind: string;
  readonly key: string;
  readonly value: unknown;
}

type Position = Pick<RegisterRow, 'positionSeconds' | 'durationSeconds' | 'state'>;

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
  const plays = await client.query<TagRow>(SELECT_PLAYS, [userId]);
  const said = await client.query<SaidRow>(SELECT_SAID, [userId]);
  return {
    tags: new Map<string, Tag>([
      ...tags.rows.map(({ tag, contentId, isRemoved }) => [tag, { contentId, isRemoved }] as const),
      ...plays.rows.map(
        ({ tag, contentId, isRemoved }) => [tag, { contentId, isRemoved, isPlay: true }] as const,
      ),
    ]),
    registers: new Map([
      ...registers.rows.map((row) => {
        const position = row.isCleared ? undefined : positionOf(row);
        return [row.contentId, { ...stampOf(row), position }] as const;
      }),
      ...said.rows.map((row) => {
        return [
          `${row.kind}\n${row.key}`,
          { ...stampOf(row), position: valueOf(row.value) },
        ] as const;
      }),
    ]),
  };
}

function stampOf(row: Omit<SaidRow, 'kind' | 'key' | 'value'>): Omit<Register, 'position'> {
  const { physical, logical, deviceId } = row;
  return {
    claim: timestampToText({ physical: row.claimPhysical, logical: row.claimLogical }),
    timestamp: timestampToText({ physical, logical }),
    deviceId,
  };
}

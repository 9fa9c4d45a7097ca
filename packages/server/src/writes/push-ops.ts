import {
  CuepointError,
  isCuepointError,
  OPS_PER_PUSH_MAX,
  opKindOf,
  opToWire,
  readOp,
  timestampToText,
  type Op,
  type OpResult,
  type WireOpResult,
} from '@cuepoint/core';
import { OPS_PER_PIECE } from '../limits.ts';
import { readAhead, refuse, submitOp } from './submit-op.ts';
import type { WriteDeps } from './write-deps.ts';

/** What becomes of a push, as an ack and an answer of `/sync` tell it. */
export interface PushOutcome {
  /** In the order of the ops. */
  readonly results: WireOpResult[];
  /** When a stamp was refused: the service's clock, in ms since the epoch. */
  readonly serverTime?: number;
  /** When an op was stale: a stamp past this one is not. */
  readonly floor?: string;
}

/**
 * Persists what a device pushes, each op on its own: one bad op never blocks the others.
 *
 * Ops go in in order, a piece in each turn of the event loop, so that many share a commit and nobody else waits for all. [GC9]
 *
 * @param inputs what came in for `ops`, not validated.
 * @throws CuepointError when the store could not answer for an op (`overloaded`, `outcome_unknown`,
 * `shutting_down`): the push is sent again as it is, since every op is idempotent.
 */
export async function pushOps(
  deps: WriteDeps,
  { userId, deviceId, origin }: { userId: string; deviceId: string; origin?: string },
  inputs: readonly unknown[],
): Promise<PushOutcome> {
  if (inputs.length > OPS_PER_PUSH_MAX) {
    throw new CuepointError('limit_exceeded', `A push has at most ${OPS_PER_PUSH_MAX} ops.`, {
      field: 'ops',
      limit: { name: 'opsPerPush', value: OPS_PER_PUSH_MAX },
    });
  }
  const options = origin === undefined ? undefined : { origin };
  const ops: (Op | CuepointError)[] = [];
  await inPieces(deps, userId, inputs, (piece) => {
    for (const input of piece) ops.push(readOp(input, deviceId));
  });
  const valid = ops.filter((op) => !isCuepointError(op)) as Op[];
  const ahead = await readAhead(deps, userId, valid);
  const excess = await deps.quota.findExcess(userId, valid);

  async function submit(op: Op | CuepointError, index: number): Promise<WireOpResult> {
    if (!isCuepointError(op)) {
      if (ahead.has(op)) return toWireResult(refuse(deps, op, 'clock_ahead'));
      if (excess.has(op)) return toWireResult(refuse(deps, op, 'quota_exceeded'));
      return toWireResult(await submitOp(deps, userId, op, options));
    }
    deps.countOp(opKindOf(inputs[index]) ?? 'unknown', 'rejected');
    return rejectionOf(op);
  }

  const settling: Promise<PromiseSettledResult<WireOpResult>[]>[] = [];
  await inPieces(deps, userId, ops, (piece, start) => {
    // Settled, since a piece may fail while the next ones wait for their turns.
    settling.push(Promise.allSettled(piece.map((op, index) => submit(op, start + index))));
  });
  const results = (await Promise.all(settling)).flat().map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  const isStale = results.some(({ code }) => code === 'stale_op');
  if (!isStale && ahead.size === 0) return { results };
  const serverTime = deps.now();
  const floor = isStale ? await readFloor(deps, userId) : undefined;
  return { results, serverTime, ...(floor === undefined ? {} : { floor }) };
}

/** What fits into one piece is done at once: whoever sends it is bounded by its messages. */
async function inPieces<Item>(
  { inTurn }: WriteDeps,
  userId: string,
  items: readonly Item[],
  work: (piece: readonly Item[], start: number) => void,
): Promise<void> {
  if (items.length <= OPS_PER_PIECE) {
    work(items, 0);
    return;
  }
  for (let start = 0; start < items.length; start += OPS_PER_PIECE) {
    await inTurn(userId, () => work(items.slice(start, start + OPS_PER_PIECE), start));
  }
}

async function readFloor(deps: WriteDeps, userId: string): Promise<string | undefined> {
  const { floor } = await deps.awaitDatabase(() => deps.repository.readHeights(userId, []));
  return floor === undefined ? undefined : timestampToText(floor);
}

function rejectionOf({ code, field }: CuepointError): WireOpResult {
  return { result: 'rejected', code, ...(field === undefined ? {} : { field }) };
}

function toWireResult(result: OpResult): WireOpResult {
  if (result.result === 'rejected') return result;
  return result.result === 'superseded' && result.winner !== undefined
    ? { result: 'superseded', winner: opToWire(result.winner) }
    : { result: result.result };
}

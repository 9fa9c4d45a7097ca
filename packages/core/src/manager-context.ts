import { CuepointError } from './errors.ts';
import type { HybridLogicalClock } from './hybrid-logical-clock.ts';
import { isContentId, isDeviceId, isUuid, normalizeUuid } from './ids.ts';
import type { Op, OpResult } from './op.ts';
import type { ManagerEnvironment, PersistencePort } from './persistence-port.ts';

/** Who a manager writes for, by which clock, and where to. */
export interface ManagerContext {
  readonly userId: string;
  /** The device that this process writes as. */
  readonly deviceId: string;
  /** One clock for all managers of a user on a device: a stamp is used once. [LWW3] */
  readonly clock: HybridLogicalClock;
  readonly port: PersistencePort;
  readonly environment: ManagerEnvironment;
}

/** @returns the context with its user id in the one spelling that the port keys by. */
export function requireContext(context: ManagerContext): ManagerContext {
  requireUserId(context.userId);
  requireDeviceId(context.deviceId);
  return { ...context, userId: normalizeUuid(context.userId) };
}

export function requireUserId(userId: string): void {
  if (!isUuid(userId)) {
    throw new CuepointError('invalid_user_id', 'A user id is a UUID.', { field: 'userId' });
  }
}

export function requireDeviceId(deviceId: string): void {
  if (!isDeviceId(deviceId)) {
    throw new CuepointError(
      'invalid_device_id',
      'A device id has 1 to 255 characters out of A-Z a-z 0-9 . _ : -',
      { field: 'deviceId' },
    );
  }
}

export function requireContentId(contentId: string): void {
  if (!isContentId(contentId)) {
    throw new CuepointError(
      'invalid_content_id',
      'A content id has 1 to 255 code points, no control characters, and is not . or ..',
      { field: 'contentId' },
    );
  }
}

/**
 * Sends an op to the port. A rejected op is a failure; the winner of a superseded one is folded in,
 * since another process wrote something that this one has not seen.
 */
export async function persistThrough(
  { clock, environment, port, userId }: ManagerContext,
  op: Op,
  foldWinner: (winner: Op) => void,
): Promise<OpResult> {
  const result = await port.persistOp(userId, op);
  if (result.result === 'rejected') {
    throw new CuepointError(result.code, `The store refused a ${op.kind}.`);
  }
  if (result.result === 'superseded' && result.winner !== undefined) {
    clock.receive(result.winner.timestamp, environment.now());
    foldWinner(result.winner);
  }
  return result;
}

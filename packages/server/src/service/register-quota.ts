import {
  CuepointError,
  REGISTERS_PER_USER_MAX,
  UNCOUNTED_REGISTERS,
  type Op,
  type RegisterSetOp,
} from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { createRowQuota, type RowQuota, type RowQuotaDeps } from './row-quota.ts';

export interface RegisterQuotaDeps extends Omit<RowQuotaDeps, 'repository'> {
  readonly repository: Pick<SyncRepository, 'countRegisters' | 'readHeights'>;
}

/** Of a kind that does not grow with what is watched. [REG3] */
export function isCountedRegister(op: Op): op is RegisterSetOp {
  return op.kind === 'register.set' && !UNCOUNTED_REGISTERS.includes(op.register);
}

/**
 * The same quota, and one for the registers of a user that are of no content: an app that makes them by the thousand
 * would fill every device of the user. [REG3]
 */
export function withRegisterQuota(
  rows: RowQuota,
  { repository, ...deps }: RegisterQuotaDeps,
  registersMax = REGISTERS_PER_USER_MAX,
): RowQuota {
  const registers = createRowQuota(
    {
      ...deps,
      repository: {
        countRows: (userId, max) => repository.countRegisters(userId, max),
        readHeights: (userId, ops) => repository.readHeights(userId, ops),
      },
    },
    registersMax,
  );
  return {
    rowsMax: rows.rowsMax,
    findExcess(userId, ops) {
      const ofRows = rows.findExcess(userId, ops);
      const counted = ops.filter(isCountedRegister);
      if (counted.length === 0) return ofRows;
      const ofRegisters = registers.findExcess(userId, counted);
      if (!(ofRows instanceof Promise) && !(ofRegisters instanceof Promise)) {
        return union(ofRows, ofRegisters);
      }
      return Promise.all([ofRows, ofRegisters]).then(([a, b]) => union(a, b));
    },
  };
}

export function tooManyRegisters({ register }: RegisterSetOp): CuepointError {
  return new CuepointError(
    'quota_exceeded',
    `The user has as many registers as a user may have; ${register} would be one more.`,
    { field: 'register', limit: { name: 'registersPerUser', value: REGISTERS_PER_USER_MAX } },
  );
}

function union(a: ReadonlySet<Op>, b: ReadonlySet<Op>): ReadonlySet<Op> {
  if (a.size === 0 || b.size === 0) return a.size === 0 ? b : a;
  return new Set([...a, ...b]);
}

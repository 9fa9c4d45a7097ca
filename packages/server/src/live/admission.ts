import { CuepointError } from '@cuepoint/core';

export interface AdmissionOptions {
  /** Sockets of all users, at most. */
  readonly socketsMax: number;
  /** Sockets of one address that have not said hello, at most. [SEC1] */
  readonly pendingPerAddressMax: number;
}

/** Counts sockets from their upgrade to their end, and refuses what is too many. [SEC3] */
export interface Admission {
  readonly sockets: number;
  /** @throws CuepointError `overloaded` or `rate_limited`; nothing is counted then. */
  enter(address: string): void;
  /** The socket of this address was welcomed. */
  welcomed(address: string): void;
  left(address: string, wasWelcomed: boolean): void;
}

const RETRY_AFTER_MS = 5_000;

export function createAdmission({ socketsMax, pendingPerAddressMax }: AdmissionOptions): Admission {
  const pendingByAddress = new Map<string, number>();
  let sockets = 0;

  function settle(address: string): void {
    const pending = (pendingByAddress.get(address) ?? 0) - 1;
    if (pending > 0) pendingByAddress.set(address, pending);
    else pendingByAddress.delete(address);
  }

  return {
    get sockets() {
      return sockets;
    },
    enter(address) {
      if (sockets >= socketsMax) {
        throw new CuepointError(
          'overloaded',
          `This instance holds at most ${socketsMax} sockets.`,
          {
            limit: { name: 'sockets', value: socketsMax },
            retryAfterMs: RETRY_AFTER_MS,
          },
        );
      }
      const pending = pendingByAddress.get(address) ?? 0;
      if (pending >= pendingPerAddressMax) {
        throw new CuepointError(
          'rate_limited',
          `An address has at most ${pendingPerAddressMax} sockets that have not said hello.`,
          {
            limit: { name: 'pendingSocketsPerAddress', value: pendingPerAddressMax },
            retryAfterMs: RETRY_AFTER_MS,
          },
        );
      }
      sockets += 1;
      pendingByAddress.set(address, pending + 1);
    },
    welcomed: settle,
    left(address, wasWelcomed) {
      sockets -= 1;
      if (!wasWelcomed) settle(address);
    },
  };
}

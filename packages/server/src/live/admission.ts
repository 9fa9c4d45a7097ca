import { CuepointError } from '@cuepoint/core';

export interface AdmissionOptions {
  /** Sockets of all users, at most. */
  readonly socketsMax: number;
  /** Sockets of one address that have not said hello, at most. [SEC1] */
  readonly pendingPerAddressMax: number;
}

/** A socket that was let in. */
export interface Place {
  /** It said hello: it is pushed out by nobody any more. */
  spoke(): void;
  /** It is gone. Twice is once. */
  left(): void;
}

/** Counts sockets from their upgrade to their end, and refuses what is too many. [SEC3] */
export interface Admission {
  readonly sockets: number;
  /**
   * Lets a socket in. Those that say nothing hold no room that another needs: past the bound of their address, past half
   * of all sockets, and where all are taken, the oldest silent one goes. [SEC1]
   *
   * @param end closes the socket at once.
   * @throws CuepointError `overloaded`; nothing is counted then.
   */
  enter(address: string, end: () => void): Place;
}

const RETRY_AFTER_MS = 5_000;

interface Silent {
  readonly place: Place;
  readonly end: () => void;
}

export function createAdmission({ socketsMax, pendingPerAddressMax }: AdmissionOptions): Admission {
  const silentMax = Math.ceil(socketsMax / 2);
  /** In the order in which they came. */
  const silentByAddress = new Map<string, Set<Silent>>();
  let silent = 0;
  let sockets = 0;

  function endOldestOf(address: string): void {
    const [oldest] = silentByAddress.get(address) ?? [];
    oldest?.place.left();
    oldest?.end();
  }

  /** Whoever has the most gives way: an address with a few keeps them. */
  function addressWithMost(): string {
    let most = { address: '', size: 0 };
    for (const [address, { size }] of silentByAddress)
      if (size > most.size) most = { address, size };
    return most.address;
  }

  return {
    get sockets() {
      return sockets;
    },
    enter(address, end) {
      if ((silentByAddress.get(address)?.size ?? 0) >= pendingPerAddressMax) endOldestOf(address);
      else if (silent > 0 && (silent >= silentMax || sockets >= socketsMax)) {
        endOldestOf(addressWithMost());
      }
      if (sockets >= socketsMax) {
        throw new CuepointError(
          'overloaded',
          `This instance holds at most ${socketsMax} sockets.`,
          { limit: { name: 'sockets', value: socketsMax }, retryAfterMs: RETRY_AFTER_MS },
        );
      }
      const state = { isSilent: true, isHere: true };
      const spoke = (): void => {
        if (!state.isSilent) return;
        state.isSilent = false;
        silent -= 1;
        const others = silentByAddress.get(address);
        others?.delete(own);
        if (others?.size === 0) silentByAddress.delete(address);
      };
      const place: Place = {
        spoke,
        left() {
          spoke();
          if (!state.isHere) return;
          state.isHere = false;
          sockets -= 1;
        },
      };
      const own: Silent = { place, end };
      sockets += 1;
      silent += 1;
      const beside = silentByAddress.get(address);
      if (beside === undefined) silentByAddress.set(address, new Set([own]));
      else beside.add(own);
      return place;
    },
  };
}

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A piece of network between two parts, which breaks as it is told. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Open connections of the near side. */
  readonly connections: number;
  /** Resets every connection, and every new one until `heal`. */
  cut(): void;
  /** Each piece of data arrives so much later, in its order, until `heal`. */
  delay(delayMs: number): void;
  /** Nothing passes and nothing is said, on old connections and new ones, until `heal`; then everything arrives. */
  stall(): void;
  /**
   * What a network address translation does that forgot its connections: from now on nothing passes on those that are
   * open, and the far end of each is gone. The near end never hears of it. New ones work.
   */
  forget(): void;
  /** Passes on what was held back, and is a good network again; what was forgotten stays so. */
  heal(): void;
}

/** Of one direction of one connection: past it the sender waits, as with TCP. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/** Listens on a port of its own and passes every connection on to `farPort` of this machine. */
export async function createFaultProxy(farPort: number): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  let isCut = false;
  const network: Network = { isStalled: false, delayMs: 0 };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    near.on('error', () => undefined);
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const pair = createPair(near, farPort, network, () => pairs.delete(pair));
    pairs.add(pair);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    get connections() {
      return pairs.size;
    },
    cut() {
      isCut = true;
      for (const pair of pairs) pair.reset();
    },
    delay(delayMs) {
      network.delayMs = delayMs;
    },
    stall() {
      network.isStalled = true;
    },
    forget() {
      for (const pair of pairs) pair.forget();
    },
    heal() {
      isCut = false;
      network.delayMs = 0;
      network.isStalled = false;
      for (const pair of pairs) pair.release();
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) pair.reset();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Network {
  isStalled: boolean;
  delayMs: number;
}

interface Pair {
  reset(): void;
  forget(): void;
  /** Looks again at what waits. */
  release(): void;
}

/** @param onOver called once neither end is there any more. */
function createPair(near: Socket, farPort: number, network: Network, onOver: () => void): Pair {
  const far = connect({ port: farPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  far.on('error', () => undefined);
  const toFar = createFlow(near, far, network);
  const toNear = createFlow(far, near, network);
  let isForgotten = false;
  const lost: Socket[] = [];
  for (const [from, to, flow] of [
    [near, far, toFar],
    [far, near, toNear],
  ] as const) {
    from.on('close', () => {
      if (to.destroyed) onOver();
      if (isForgotten || to.destroyed) return;
      // An end that was read passes in its turn; anything else is a loss, and nobody is told while nothing passes.
      if (flow.hasEnd) return;
      if (network.isStalled) lost.push(to);
      else to.resetAndDestroy();
    });
  }
  return {
    reset() {
      near.resetAndDestroy();
      far.resetAndDestroy();
    },
    forget() {
      isForgotten = true;
      toFar.drop();
      toNear.drop();
      far.resetAndDestroy();
    },
    release() {
      toFar.pass();
      toNear.pass();
      for (const socket of lost.splice(0)) socket.resetAndDestroy();
    },
  };
}

interface Flow {
  /** The sender has said that no more will come. */
  readonly hasEnd: boolean;
  pass(): void;
  /** Swallows everything from now on. */
  drop(): void;
}

/** One direction: pieces of data, each with the moment from which on it may pass. `null` is the end. */
function createFlow(from: Socket, to: Socket, network: Network): Flow {
  const held: { readonly piece: Buffer | null; readonly dueMs: number }[] = [];
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let hasEnd = false;
  let isDropping = false;

  function pass(): void {
    clearTimeout(timer);
    for (let next = held[0]; next !== undefined; next = held[0]) {
      if (network.isStalled) return;
      // A network that is good again has no delay for what is on its way, either.
      const waitMs = network.delayMs === 0 ? 0 : next.dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(pass, waitMs);
        return;
      }
      held.shift();
      if (next.piece === null) {
        to.end();
        continue;
      }
      heldBytes -= next.piece.length;
      if (!to.destroyed && !to.write(next.piece)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    }
    if (!from.destroyed && !to.writableNeedDrain) from.resume();
  }

  function hold(piece: Buffer | null): void {
    if (isDropping) return;
    held.push({ piece, dueMs: performance.now() + network.delayMs });
    heldBytes += piece?.length ?? 0;
    if (heldBytes > HELD_BYTES_MAX) from.pause();
    if (held.length === 1) pass();
  }

  from.on('data', hold);
  from.on('end', () => {
    hasEnd = true;
    hold(null);
  });
  return {
    get hasEnd() {
      return hasEnd;
    },
    pass,
    drop() {
      isDropping = true;
      clearTimeout(timer);
      held.length = 0;
      heldBytes = 0;
    },
  };
}

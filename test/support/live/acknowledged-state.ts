import { wireToOp, type Op, type WireOp } from '@cuepoint/core';
import { Replica } from '../replica.ts';
import { ProtocolViolation, type Down } from './down-messages.ts';

interface Page {
  readonly ops: readonly WireOp[];
  readonly resync: boolean;
  readonly more: boolean;
  readonly cursor: string | undefined;
}

/** What the service is known to have stored, and up to where: it moves by pages and acks, never by guesses. */
export class AcknowledgedState {
  replica = new Replica();
  /** Only ever of a last page; live changes are hints and move nothing. [LIV2] */
  cursor: string | undefined;
  /** While pages of a pull are under way: whether they make up the whole state. */
  #pull: { readonly resync: boolean } | undefined;
  /** While the whole state arrives: what will stand in its place. [SDK8] */
  #incoming: Replica | undefined;

  /** True between the first and the last page of a pull. */
  get isPulling(): boolean {
    return this.#pull !== undefined;
  }

  /** A socket that went took the rest of its pages with it. */
  forgetPull(): void {
    this.#pull = undefined;
    this.#incoming = undefined;
  }

  /** @returns the ops, and whether the whole state was replaced. */
  welcome({ changes, resync, more, cursor }: Down<'welcome'>): Applied {
    this.forgetPull();
    return this.#page({ ops: changes, resync, more, cursor });
  }

  /** Live changes, or a page. */
  changes({ ops, resync, more, cursor }: Down<'changes'>): Applied {
    if (more !== undefined) return this.#page({ ops, resync: resync ?? false, more, cursor });
    if (cursor !== undefined || resync !== undefined) {
      throw new ProtocolViolation('live changes carry neither cursor nor resync');
    }
    return { ops: this.#fold(ops), isReplaced: false };
  }

  /** An op that the service has answered for, or names as the winner. */
  fold(op: Op): void {
    this.replica.apply(op);
    // It may be later than the snapshot whose pages are arriving.
    this.#incoming?.apply(op);
  }

  #page({ ops, resync, more, cursor }: Page): Applied {
    if (this.#pull !== undefined && this.#pull.resync !== resync) {
      throw new ProtocolViolation('resync changed between pages');
    }
    if (more === (cursor !== undefined)) {
      throw new ProtocolViolation('a cursor comes with the last page, and only with it');
    }
    if (this.#pull === undefined && resync) this.#incoming = new Replica();
    this.#pull = { resync };
    const folded = this.#fold(ops);
    if (more) return { ops: folded, isReplaced: false };
    const { replica } = this;
    this.replica = this.#incoming ?? replica;
    this.cursor = cursor;
    this.forgetPull();
    return { ops: folded, isReplaced: replica !== this.replica };
  }

  #fold(wireOps: readonly WireOp[]): readonly Op[] {
    const ops = wireOps.map((wire) => {
      if (wire.deviceId === undefined) throw new ProtocolViolation('a change names its device');
      return wireToOp(wire, wire.deviceId);
    });
    for (const op of ops) this.fold(op);
    return ops;
  }
}

export interface Applied {
  readonly ops: readonly Op[];
  readonly isReplaced: boolean;
}

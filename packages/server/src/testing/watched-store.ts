import type { DeviceInfo } from '@cuepoint/core';
import { createSignal } from './signal.ts';

export interface Hold {
  /** Resolves once a call waits. */
  readonly reached: Promise<void>;
  readonly release: () => void;
}

interface Held {
  readonly what: 'call' | 'answer';
  readonly reach: () => void;
  readonly released: Promise<void>;
}

/** Sees each call to a store end, and holds back those that a test wants to be slow or to fail. */
export class WatchedStore {
  /** Writes to the registry, such as `online tv`, `offline tv`, `heartbeat tv`; a folded one is one too. */
  readonly deviceWrites: string[] = [];
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #held = new Map<string, Held>();
  readonly #works = new Map<string, () => Promise<void>>();
  readonly #answers = new Map<string, unknown>();
  readonly #failures = new Map<string, Error>();

  wrap<Store extends object>(store: Store): Store {
    return new Proxy(store, {
      get: (target, name): unknown => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          this.#note(String(name), args);
          return this.#watch(String(name), () => Reflect.apply(member, target, args) as unknown);
        };
      },
    });
  }

  /** Calls of this method wait, or with `answer` what they answered does. */
  hold(method: string, what: 'call' | 'answer' = 'call'): Hold {
    const [reached, released] = [createSignal(), createSignal()];
    this.#held.set(method, { what, reach: reached.send, released: released.received });
    return {
      reached: reached.received,
      release: () => {
        this.#held.delete(method);
        released.send();
      },
    };
  }

  /** Done after each call of this method, before it answers; `undefined` ends it. */
  onCall(method: string, work: (() => Promise<void>) | undefined): void {
    if (work === undefined) this.#works.delete(method);
    else this.#works.set(method, work);
  }

  /** The next call of this method is done, and answers this. */
  answerNext(method: string, answer: unknown): void {
    this.#answers.set(method, answer);
  }

  /** The next call of this method fails. */
  failNext(method: string, error: Error): void {
    this.#failures.set(method, error);
  }

  /** Resolves once no call is under way and nothing that was awaited starts another. */
  async idle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3; quietTurns += 1) {
      if (this.#inFlight.size > 0) quietTurns = 0;
      await Promise.allSettled(this.#inFlight);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  #watch(name: string, call: () => unknown): unknown {
    const failure = this.#failures.get(name);
    this.#failures.delete(name);
    const result = failure === undefined ? this.#done(name, call) : Promise.reject(failure);
    if (!(result instanceof Promise)) return result;
    const settled: Promise<unknown> = result.then(
      () => this.#inFlight.delete(settled),
      () => this.#inFlight.delete(settled),
    );
    this.#inFlight.add(settled);
    return result;
  }

  #done(name: string, call: () => unknown): unknown {
    const work = this.#works.get(name);
    const answer = held(this.#held.get(name), call);
    const isReplaced = this.#answers.has(name);
    if (work === undefined && !isReplaced) return answer;
    const replacement = this.#answers.get(name);
    this.#answers.delete(name);
    return Promise.resolve(answer).then(async (answered) => {
      await work?.();
      return isReplaced ? replacement : answered;
    });
  }

  #note(name: string, args: readonly unknown[]): void {
    if (name === 'updateDeviceHeartbeat') this.deviceWrites.push(`heartbeat ${String(args[1])}`);
    if (name !== 'persistDevice') return;
    const { deviceId, isOnline } = args[1] as DeviceInfo;
    this.deviceWrites.push(`${isOnline ? 'online' : 'offline'} ${deviceId}`);
  }
}

function held(by: Held | undefined, call: () => unknown): unknown {
  if (by === undefined) return call();
  if (by.what === 'call') {
    by.reach();
    return by.released.then(call);
  }
  return Promise.resolve(call()).then(async (answer) => {
    by.reach();
    await by.released;
    return answer;
  });
}

/** How the tabs of one app reach each other. Names are of a service and a user. */
export interface TabGroup {
  /** Nobody would answer a question. */
  readonly isAlone: boolean;
  /**
   * Waits for its turn to be the one tab that connects; the turn lasts until it is given back, or the tab is gone.
   * Turns of different names do not wait for each other. `onLead` is called after `lead` has returned. `onLost` tells
   * that a turn ended without being given back: the tab waits for the next one, and hears `onLead` again.
   *
   * @returns what gives the turn back, or ends the waiting.
   */
  lead(name: string, onLead: () => void, onLost: () => void): () => void;
  /** Messages to all other tabs; in order from each sender, and none to the sender itself. */
  join(name: string, onMessage: (message: unknown) => void): TabChannel;
}

/** Does something while no other tab does the same. @throws what `work` rejects with */
export async function inTurnOfTabs<Value>(
  group: TabGroup,
  name: string,
  work: () => Promise<Value>,
): Promise<Value> {
  let giveBack: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    giveBack = group.lead(name, resolve, () => undefined);
  });
  try {
    return await work();
  } finally {
    giveBack();
  }
}

export interface TabChannel {
  post(message: unknown): void;
  leave(): void;
}

/** The tab is alone: it leads at once, and nobody hears it. */
export function aloneGroup(): TabGroup {
  return {
    isAlone: true,
    lead(_name, onLead) {
      let isWaiting = true;
      queueMicrotask(() => {
        if (isWaiting) onLead();
      });
      return () => {
        isWaiting = false;
      };
    },
    join: () => ({ post: () => undefined, leave: () => undefined }),
  };
}

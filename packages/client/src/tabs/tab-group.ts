/** How the tabs of one app reach each other. Names are of a service and a user. */
export interface TabGroup {
  /** Nobody would answer a question. */
  readonly isAlone: boolean;
  /**
   * Waits for its turn to be the one tab that connects; the turn lasts until it is given back, or the tab is gone.
   * Turns of different names do not wait for each other. `onLead` is called after `lead` has returned. `onLost` tells
   * that a turn ended without being given back, or that the page was away and heard nothing: the tab waits for the next turn.
   */
  lead: Leadership;
  /** Messages to all other tabs; in order from each sender, and none to the sender itself. */
  join(name: string, onMessage: (message: unknown) => void): TabChannel;
}

export type Leadership = (name: string, onLead: () => void, onLost: () => void) => Turn;

export interface Turn {
  /** Whether it is this tab's: at once where that is sure, else it is asked. A tab that was frozen may have lost it. */
  confirm(): true | Promise<boolean>;
  /** Gives it back, or ends the waiting. */
  end(): void;
}

/** Does something while no other tab does the same. @throws what `work` rejects with */
export async function inTurnOfTabs<Value>(
  group: TabGroup,
  name: string,
  work: () => Promise<Value>,
): Promise<Value> {
  let turn: Turn | undefined;
  await new Promise<void>((resolve) => {
    turn = group.lead(name, resolve, () => undefined);
  });
  try {
    return await work();
  } finally {
    turn?.end();
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
      void Promise.resolve().then(() => {
        if (isWaiting) onLead();
      });
      return {
        confirm: () => true,
        end() {
          isWaiting = false;
        },
      };
    },
    join: () => ({ post: () => undefined, leave: () => undefined }),
  };
}

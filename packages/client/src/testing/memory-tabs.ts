import type { TabGroup } from '../tabs/tab-group.ts';

interface Member {
  readonly tab: MemoryTab;
  readonly name: string;
  readonly onMessage: (message: unknown) => void;
}

interface Turn {
  readonly tab: MemoryTab;
  readonly name: string;
  readonly onLead: () => void;
  isHeld: boolean;
}

export interface MemoryTab extends TabGroup {
  /** The tab is gone without a word: nothing of it is told any more, and its turns go on to others. */
  kill(): void;
}

/** The tabs of one browser, in one process: messages are copies and come later, turns are given in order. */
export function createMemoryTabs(): { open(): MemoryTab } {
  const members = new Set<Member>();
  const turns = new Set<Turn>();

  function giveTurns(name: string): void {
    const first = [...turns].find((turn) => turn.name === name);
    if (first === undefined || first.isHeld) return;
    first.isHeld = true;
    queueMicrotask(() => {
      if (turns.has(first)) first.onLead();
    });
  }

  return {
    open() {
      let isAlive = true;
      const tab: MemoryTab = {
        isAlone: false,
        lead(name, onLead) {
          const turn: Turn = { tab, name, onLead, isHeld: false };
          turns.add(turn);
          giveTurns(name);
          return {
            confirm: () => (turn.isHeld && turns.has(turn)) || Promise.resolve(false),
            end() {
              turns.delete(turn);
              giveTurns(name);
            },
          };
        },
        join(name, onMessage) {
          const member = { tab, name, onMessage };
          members.add(member);
          return {
            post(message) {
              if (!isAlive) return;
              const copy = structuredClone(message);
              queueMicrotask(() => {
                for (const other of members) {
                  if (other !== member && other.name === name) other.onMessage(copy);
                }
              });
            },
            leave: () => void members.delete(member),
          };
        },
        kill() {
          isAlive = false;
          for (const member of members) if (member.tab === tab) members.delete(member);
          for (const turn of turns) {
            if (turn.tab !== tab) continue;
            turns.delete(turn);
            giveTurns(turn.name);
          }
        },
      };
      return tab;
    },
  };
}

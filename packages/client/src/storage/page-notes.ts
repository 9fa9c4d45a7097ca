import type { StorageChange } from './client-storage.ts';
import { escapeSeparator } from './escape-separator.ts';

/** Of one page: some hundred bytes each, of the five million that an origin has. */
const NOTE_CHANGES_MAX = 2_000;

/**
 * What a page in its last moment cannot wait for a database to store, in localStorage, which keeps it at once. [ENG5]
 *
 * A note is of one page and one namespace. Where there is no localStorage, or it is full, there are no notes.
 */
export function pageNotes(name: string) {
  const startOf = (namespace: string) =>
    `${escapeSeparator(name)}-left|${escapeSeparator(namespace)}`;

  const doubted = `${escapeSeparator(name)}-doubted`;

  function keysFrom(start: string): string[] {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(start));
    } catch {
      return [];
    }
  }

  return {
    /** @returns what puts changes in the place of those of before, the first so many of them. */
    of(
      namespace: string,
      page: string | number = Math.random(),
    ): (changes: readonly StorageChange[]) => void {
      const at = `${startOf(namespace)}|${page}`;
      return (changes) => {
        try {
          // JSON makes null of what is to be deleted, and no record is that.
          if (changes.length > 0)
            localStorage.setItem(at, JSON.stringify(changes.slice(0, NOTE_CHANGES_MAX)));
          else localStorage.removeItem(at);
        } catch {
          // What the database still takes is all there is.
        }
      };
    },
    /** What pages have left: names and texts. */
    find: (namespace: string) =>
      keysFrom(`${startOf(namespace)}|`).map(
        (key) => [key, localStorage.getItem(key) ?? ''] as const,
      ),
    /** It is stored by now. A page that goes on may have written another meanwhile. */
    remove(notes: readonly (readonly [key: string, text: string])[]): void {
      for (const [key, text] of notes) {
        if (localStorage.getItem(key) === text) localStorage.removeItem(key);
      }
    },
    /** What is stored beside this, by its mark, has failed once. */
    doubt(mark: unknown): void {
      try {
        localStorage.setItem(doubted, String(mark));
      } catch {
        // There is nothing to keep a copy in.
      }
    },
    isDoubted(mark: unknown): boolean {
      try {
        return localStorage.getItem(doubted) === String(mark);
      } catch {
        return false;
      }
    },
    /** Of every namespace that begins with `prefix`. */
    clear(prefix: string): void {
      for (const key of keysFrom(startOf(prefix))) localStorage.removeItem(key);
    },
  };
}

/** None, where somebody else wrote it. */
export function changesOf(text: string): StorageChange[] {
  try {
    const records = JSON.parse(text) as [key: string, value: unknown][];
    return records.map(([key, value]) => [key, value ?? undefined]);
  } catch {
    return [];
  }
}

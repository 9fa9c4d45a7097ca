import type { DownMessage } from '@cuepoint/core';
import type { ChangesPage, ChangesRequest } from '@cuepoint/store';
import { CHANGES_PER_MESSAGE } from './limits.ts';
import { pageToChanges } from './pages.ts';
import type { Session } from './session.ts';

export type ReadChanges = (userId: string, request: ChangesRequest) => Promise<ChangesPage>;

/**
 * Sends a session everything since its cursor, page by page as its socket takes them, until it is live.
 * Live changes are held back meanwhile: pages of a whole state are not mixed with them. [CUR2] [LIV4]
 *
 * @param toFirst makes the message of the first page; the welcome does.
 * @throws what `readChanges` throws; the session is then left as it is, not live.
 */
export async function catchUp(
  readChanges: ReadChanges,
  session: Session,
  userId: string,
  toFirst: (page: ChangesPage) => DownMessage = pageToChanges,
): Promise<void> {
  let toMessage = toFirst;
  do {
    session.beginReading();
    let next: Omit<ChangesRequest, 'limit'> | undefined =
      session.cursor === undefined ? {} : { cursor: session.cursor };
    while (next !== undefined) {
      const page: ChangesPage = await readChanges(userId, { ...next, limit: CHANGES_PER_MESSAGE });
      if (session.isClosing) return;
      await session.socket.sendAndWait(toMessage(page));
      if (session.isClosing) return;
      toMessage = pageToChanges;
      if (page.cursor !== undefined) session.cursor = page.cursor;
      next = page.page === undefined ? undefined : { page: page.page };
    }
  } while (!session.endReading());
}

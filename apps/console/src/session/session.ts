import { createOperatorSession } from './operator-session.ts';
import { hasLink, takeLink } from './one-time-link.ts';

/**
 * The one of this page: a token that was pasted stays while a person goes from page to page. Every page loads
 * it: whichever a link opened has the code in its address.
 */
export const operatorSession = createOperatorSession((path, init) => fetch(path, init), takeLink());

/** A link that is opened where the console is open already changes the fragment alone. */
export function hearLinks(): void {
  window.addEventListener('hashchange', () => {
    if (hasLink()) window.location.reload();
  });
}

import { createOperatorSession } from './operator-session.ts';

/** The one of this page: a token that was pasted stays while a person goes from page to page. */
export const operatorSession = createOperatorSession((path, init) => fetch(path, init));

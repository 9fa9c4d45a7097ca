import { useCallback, useEffect, useState } from 'react';
import { toProblem, type ServiceProblem } from '../session/problem.ts';
import { operatorSession } from '../session/session.ts';
import type { InspectedUser } from './inspected-user.ts';

export interface InspectedUserState {
  /** As last read; it stays while it is read again. */
  readonly user: InspectedUser | undefined;
  readonly problem: ServiceProblem | undefined;
  readonly isReading: boolean;
}

const NOTHING: InspectedUserState = { user: undefined, problem: undefined, isReading: false };

/**
 * What is stored of a user, read again by `refresh`.
 *
 * @param attempt another one reads again, such as after a new token.
 */
export function useInspectedUser(
  userId: string | undefined,
  attempt: number,
): InspectedUserState & { readonly refresh: () => void } {
  const [state, setState] = useState(NOTHING);
  const [reads, setReads] = useState(0);
  const refresh = useCallback(() => setReads((count) => count + 1), []);

  useEffect(() => setState(NOTHING), [userId, attempt]);

  useEffect(() => {
    if (userId === undefined) return undefined;
    const abort = new AbortController();
    setState((last) => ({ ...last, isReading: true }));
    readUser(userId, abort.signal).then(
      (user) => {
        if (!abort.signal.aborted) setState({ user, problem: undefined, isReading: false });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((last) => ({ ...last, problem: toProblem(error), isReading: false }));
      },
    );
    return () => abort.abort();
  }, [userId, attempt, reads]);

  return { ...state, refresh };
}

async function readUser(userId: string, signal: AbortSignal): Promise<InspectedUser> {
  const path = `/api/v1/inspector/users/${userId}`;
  const read = async (url: string): Promise<unknown> =>
    (await operatorSession.fetch(url, { signal })).json();
  const [user, watching] = await Promise.all([read(path), read(`${path}/continue-watching`)]);
  return { ...(user as Omit<InspectedUser, 'watching'>), watching } as InspectedUser;
}

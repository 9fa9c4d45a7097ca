import { problemOf } from '../session/problem.ts';

const ROOT = '/api/v1/account';

export interface Profile {
  readonly userId: string;
  readonly name: string;
}

export interface Person {
  readonly name: string;
  readonly profiles: readonly Profile[];
  /** May add other people. */
  readonly isFirst: boolean;
}

export interface Account {
  /** False: the set-up link of the terminal comes first. */
  readonly hasPeople: boolean;
  readonly person: Person | null;
}

export interface SignIn {
  readonly id: string;
  readonly label: string;
  readonly isHere: boolean;
  readonly profile?: Profile;
  readonly lastUsedAt: string;
}

/** Asks by the cookie of this browser. @throws ServiceProblem for any answer that is no success. */
export async function askAccount<Answer = undefined>(
  path: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' = 'GET',
  body?: object,
): Promise<Answer> {
  const answer = await fetch(`${ROOT}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw await problemOf(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

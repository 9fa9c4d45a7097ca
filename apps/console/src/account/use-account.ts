import { useCallback, useEffect, useState } from 'react';
import { toProblem, type ServiceProblem } from '../session/problem.ts';
import { askAccount, type Account } from './ask-account.ts';

export interface UseAccount {
  /** Undefined until it is known. */
  readonly account: Account | undefined;
  readonly problem: ServiceProblem | undefined;
  readonly reload: () => void;
}

/** Who is signed in here. */
export function useAccount(): UseAccount {
  const [account, setAccount] = useState<Account>();
  const [problem, setProblem] = useState<ServiceProblem>();
  const reload = useCallback(() => {
    askAccount<Account>('').then(
      (known) => {
        setAccount(known);
        setProblem(undefined);
      },
      (error: unknown) => setProblem(toProblem(error)),
    );
  }, []);
  useEffect(reload, [reload]);
  return { account, problem, reload };
}

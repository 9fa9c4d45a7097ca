import { useState } from 'react';
import { toProblem, type ServiceProblem } from '../session/problem.ts';

export interface Action {
  readonly isBusy: boolean;
  /** Of the last run. */
  readonly problem: ServiceProblem | undefined;
  /** One at a time; what it fails with becomes the problem. @returns whether it did not fail. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
}

/** Something that a person does, and what became of it. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ServiceProblem>();
  async function run(work: () => Promise<void>): Promise<boolean> {
    if (isBusy) return false;
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(toProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  }
  return { isBusy, problem, run };
}

import type { ServiceProblem } from '../session/problem.ts';

/** What went wrong, told when it happens. */
export function ProblemNote({ problem }: { readonly problem: ServiceProblem | undefined }) {
  if (problem === undefined) return null;
  return (
    <p className="notice bad" role="alert">
      {problem.message}
    </p>
  );
}

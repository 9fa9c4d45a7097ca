/** Why the service did not answer as asked. */
export class ServiceProblem extends Error {
  /** The stable code of the answer; `unreachable` where there was none. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, detail: string) {
    super(detail);
    this.name = 'ServiceProblem';
    this.code = code;
    this.status = status;
  }
}

/** @param answer one that is no success. */
export async function problemOf(answer: Response): Promise<ServiceProblem> {
  const body: unknown = await answer.json().catch(() => undefined);
  const { code, detail } = (body ?? {}) as { readonly code?: unknown; readonly detail?: unknown };
  return new ServiceProblem(
    typeof code === 'string' ? code : 'internal',
    answer.status,
    typeof detail === 'string' ? detail : `The service answered ${answer.status}.`,
  );
}

/** What is told to people of anything that was thrown. */
export function toProblem(error: unknown): ServiceProblem {
  if (error instanceof ServiceProblem) return error;
  return new ServiceProblem('unreachable', 0, 'The service does not answer.');
}

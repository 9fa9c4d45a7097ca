import type { ClientEnvironment } from './environment.ts';

/** What comes of it, or `undefined` where that takes longer. @throws what `work` rejects with in time */
export async function inTime<Value>(
  work: Promise<Value>,
  withinMs: number,
  { setTimer }: Pick<ClientEnvironment, 'setTimer'>,
): Promise<Value | undefined> {
  let cancel = (): void => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = setTimer(() => resolve(undefined), withinMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    cancel();
  }
}

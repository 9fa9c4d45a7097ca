export interface TimerOptions {
  /** Whether the process stays alive for it; a queued change is reason enough, a look around is not. */
  readonly keepsAlive?: boolean;
}

/** Calls back once, later. */
export type SetTimer = (
  callback: () => void,
  delayMs: number,
  options?: TimerOptions,
) => CancelTimer;
export type CancelTimer = () => void;

export const setPlatformTimer: SetTimer = (callback, delayMs, { keepsAlive = true } = {}) => {
  const timer = setTimeout(callback, delayMs);
  if (!keepsAlive) timer.unref();
  return () => clearTimeout(timer);
};

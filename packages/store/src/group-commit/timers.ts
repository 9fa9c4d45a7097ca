/** Calls back once, later. */
export type SetTimer = (callback: () => void, delayMs: number) => CancelTimer;
export type CancelTimer = () => void;

/** The platform's timer; it does not keep the process alive, the callers' promises do. */
export const setPlatformTimer: SetTimer = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

export interface Signal {
  readonly received: Promise<void>;
  readonly send: () => void;
}

/** What a test awaits instead of sleeping. */
export function createSignal(): Signal {
  let send = (): void => undefined;
  const received = new Promise<void>((resolve) => {
    send = resolve;
  });
  return { received, send };
}

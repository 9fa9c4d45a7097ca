/**
 * The names that an engine may have, each of which may be missing. `globalThis` is younger than the oldest engine, which has
 * `self`; and in React Native there is a `window` that hears nothing. [ENG1]
 */
export const engine: Partial<typeof globalThis> = typeof self === 'object' ? self : globalThis;

/** @returns what ends the listening. */
export function listen<Heard extends Event>(
  target: EventTarget | undefined,
  event: string,
  listener: (event: Heard) => void,
): () => void {
  const hear = listener as (event: Event) => void;
  target?.addEventListener?.(event, hear);
  return () => target?.removeEventListener?.(event, hear);
}

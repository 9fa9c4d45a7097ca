/**
 * The names that an engine may have, each of which may be missing. `globalThis` is younger than the oldest engine, which has
 * `self`; and in React Native there is a `window` that hears nothing. [ENG1]
 */
export const engine: Partial<typeof globalThis> = typeof self === 'object' ? self : globalThis;

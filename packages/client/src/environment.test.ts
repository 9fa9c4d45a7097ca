import { afterEach, describe, expect, it, vi } from 'vitest';
import { platformEnvironment } from './environment.ts';

describe('what an engine lacks', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('[ENG1] of listeners is no reason to fail: there is a window that hears nothing in React Native', () => {
    vi.stubGlobal('window', {});
    vi.stubGlobal('document', {});
    const end = platformEnvironment().onSignal(() => undefined);
    expect(end).not.toThrow();
  });

  it('[ENG1] of clocks is made up for by the wall clock', () => {
    vi.stubGlobal('performance', undefined);
    const before = Date.now();
    expect(platformEnvironment().monotonic()).toBeGreaterThanOrEqual(before);
  });

  it('[ENG1] of randomness is said with the option to pass: ids have to be of one device alone', () => {
    vi.stubGlobal('crypto', undefined);
    expect(() => platformEnvironment().uuid()).toThrow('pass environment.uuid to createWatchState');
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FeedEvent } from './feed.ts';
import { createListeners } from './listeners.ts';

afterEach(() => vi.restoreAllMocks());

describe('the listeners of an instance', () => {
  it('are one a user, and the end of one does not touch the next', () => {
    const listeners = createListeners();
    const heard: FeedEvent[] = [];
    const remove = listeners.add('a', () => undefined);
    expect(() => listeners.add('a', () => undefined)).toThrow('one listener');
    expect(remove()).toBe(true);
    const removeNext = listeners.add('a', (event) => heard.push(event));
    expect(remove()).toBe(false);
    expect(listeners.deliver('a', { kind: 'pull' })).toBe(true);
    expect(listeners.deliver('b', { kind: 'pull' })).toBe(false);
    expect(heard).toEqual([{ kind: 'pull' }]);
    expect([...listeners.userIds()]).toEqual(['a']);
    expect(removeNext()).toBe(true);
    expect(listeners.size).toBe(0);
  });

  it('that throw end the process, not the delivery of what comes behind', () => {
    const listeners = createListeners();
    const bug = new Error('a bug');
    listeners.add('a', () => {
      throw bug;
    });
    const outside: (() => void)[] = [];
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void outside.push(task));
    expect(listeners.deliver('a', { kind: 'pull' })).toBe(true);
    expect(outside).toHaveLength(1);
    expect(outside[0]).toThrow(bug);
  });
});

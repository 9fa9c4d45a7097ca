import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

function setup(options: { socketsMax: number; pendingPerAddressMax: number }) {
  const admission = createAdmission(options);
  const ended: string[] = [];
  const enter = (address: string, name = address) =>
    admission.enter(address, () => void ended.push(name));
  return { admission, ended, enter };
}

describe('the admission of sockets', () => {
  it('[SEC1] ends the oldest silent socket of an address that has too many, and none of another', () => {
    const { admission, ended, enter } = setup({ socketsMax: 10, pendingPerAddressMax: 2 });
    enter('a', 'first');
    enter('b');
    enter('a', 'second');
    enter('a', 'third');
    expect(ended).toEqual(['first']);
    expect(admission.sockets).toBe(3);
  });

  it('[SEC1] pushes nobody out who said hello', () => {
    const { ended, enter } = setup({ socketsMax: 10, pendingPerAddressMax: 1 });
    enter('a', 'first').spoke();
    enter('a', 'second').spoke();
    enter('a', 'third');
    expect(ended).toEqual([]);
  });

  it('[SEC1] leaves half of the sockets to those who speak: of more silent ones the address with the most gives way', () => {
    const { admission, ended, enter } = setup({ socketsMax: 8, pendingPerAddressMax: 8 });
    enter('b');
    enter('a', 'first');
    enter('a', 'second');
    enter('a', 'third');
    enter('c');
    expect(ended).toEqual(['first']);
    expect(admission.sockets).toBe(4);
  });

  it('[SEC3] limits all of an instance; who says nothing gives way, who spoke does not', () => {
    const { admission, ended, enter } = setup({ socketsMax: 3, pendingPerAddressMax: 9 });
    const first = enter('a');
    first.spoke();
    enter('b').spoke();
    enter('c', 'silent');
    enter('d').spoke();
    expect(ended).toEqual(['silent']);
    expect(() => enter('e')).toThrow(
      expect.objectContaining({
        code: 'overloaded',
        limit: { name: 'sockets', value: 3 },
        retryAfterMs: 5_000,
      }),
    );
    first.left();
    first.left();
    expect(admission.sockets).toBe(2);
    enter('e');
    expect(admission.sockets).toBe(3);
  });
});

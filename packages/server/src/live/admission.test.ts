import { describe, expect, it } from 'vitest';
import { createAdmission, type Admission } from './admission.ts';

function refusalOf(admission: Admission, address: string): unknown {
  try {
    admission.enter(address);
  } catch (error) {
    return error;
  }
  throw new Error('it was admitted');
}

describe('the admission of sockets', () => {
  it('[SEC1] limits those of one address that were not welcomed, and of no other', () => {
    const admission = createAdmission({ socketsMax: 10, pendingPerAddressMax: 2 });
    admission.enter('a');
    admission.enter('a');
    expect(refusalOf(admission, 'a')).toMatchObject({
      code: 'rate_limited',
      limit: { name: 'pendingSocketsPerAddress', value: 2 },
      retryAfterMs: 5_000,
    });
    admission.enter('b');
    expect(admission.sockets).toBe(3);
    admission.welcomed('a');
    admission.enter('a');
    expect(refusalOf(admission, 'a')).toMatchObject({ code: 'rate_limited' });
    admission.left('a', false);
    admission.enter('a');
  });

  it('[SEC3] limits all of an instance, welcomed or not', () => {
    const admission = createAdmission({ socketsMax: 2, pendingPerAddressMax: 9 });
    admission.enter('a');
    admission.welcomed('a');
    admission.enter('b');
    expect(refusalOf(admission, 'c')).toMatchObject({
      code: 'overloaded',
      limit: { name: 'sockets', value: 2 },
      retryAfterMs: 5_000,
    });
    admission.left('a', true);
    admission.enter('c');
    expect(admission.sockets).toBe(2);
  });

  it('counts nothing twice: who was welcomed and left makes no room among the pending', () => {
    const admission = createAdmission({ socketsMax: 10, pendingPerAddressMax: 1 });
    admission.enter('a');
    admission.welcomed('a');
    admission.enter('a');
    admission.left('a', true);
    expect(refusalOf(admission, 'a')).toMatchObject({ code: 'rate_limited' });
  });
});

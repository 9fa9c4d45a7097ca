import { describe, expect, it } from 'vitest';
import { requireOwnOrigin } from './own-origin.ts';

describe('[ACC2] a request that a cookie speaks for', () => {
  it.each([
    ['http://nas.local:8083', 'nas.local:8083', undefined],
    ['https://watch.example', 'watch.example', undefined],
    ['https://watch.example', 'watch.example', 'https://watch.example'],
    ['https://watch.example', '10.0.0.5:8083', 'https://watch.example/'],
    ['http://[::1]:8083', '[::1]:8083', undefined],
  ])('of %s at %s is taken (%s)', (origin, host, publicUrl) => {
    expect(requireOwnOrigin({ origin, host }, publicUrl)).toBe(origin);
  });

  it.each([
    [undefined, 'nas.local:8083', undefined],
    ['null', 'nas.local:8083', undefined],
    ['', '', undefined],
    ['http://nas.local:8096', 'nas.local:8083', undefined],
    ['http://nas.local', 'nas.local:8083', undefined],
    ['http://evil.example', 'nas.local:8083', undefined],
    ['http://nas.local:8083.evil.example', 'nas.local:8083', undefined],
    ['https://evil.example', '10.0.0.5:8083', 'https://watch.example'],
    ['http://watch.example', '10.0.0.5:8083', 'https://watch.example'],
  ])('of %s at %s is refused (%s)', (origin, host, publicUrl) => {
    expect(() => requireOwnOrigin({ origin, host }, publicUrl)).toThrow(
      expect.objectContaining({ code: 'origin_refused' }),
    );
  });
});

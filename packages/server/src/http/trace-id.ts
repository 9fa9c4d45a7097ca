const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;
const NO_TRACE = '0'.repeat(32);

/**
 * The trace of the caller when its `traceparent` is well-formed, else a new one.
 *
 * Source: W3C Trace Context, section 3.2.
 */
export function traceIdOf(traceparent: string | undefined, randomUuid: () => string): string {
  const given = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
  return given === undefined || given === NO_TRACE ? randomUuid().replaceAll('-', '') : given;
}

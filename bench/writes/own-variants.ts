import { measureCuepoint, measureOrigin } from '../support/measured-writes.ts';
import { whole } from '../support/statistics.ts';
import type { BenchContext } from '../workload.ts';
import type { WriteVariant } from './write-tables.ts';

export const ORIGIN = 'origin: a statement a change';

export interface Writers {
  readonly writers: number;
  readonly callers: number;
}

export function originVariant(context: BenchContext, callers: number): WriteVariant {
  return {
    name: ORIGIN,
    ack: 'flushed',
    measure: () => measureOrigin(context, { schema: 'origin', callers }),
  };
}

export function cuepointVariant(
  context: BenchContext,
  schema: string,
  { writers, callers }: Writers,
): WriteVariant {
  return {
    name: cuepointName({ writers, callers }),
    ack: 'flushed',
    measure: () => measureCuepoint(context, { schema, writers, callers }),
  };
}

export function cuepointName({ writers, callers }: Writers): string {
  return `Cuepoint, writers ${writers}, callers ${whole(callers)}`;
}

import { machineMs, postgresMs, processesMs } from '../support/processor-time.ts';
import type { BenchContext, Sample } from '../workload.ts';

export interface CoreMeter {
  start(generatorPid: number): void;
  /** Cores that each side kept busy since the start, by `<side>Cores`. */
  stop(): Sample;
}

/** How the machine's cores divide between service, database, load generator and whoever else is there. */
export function createCoreMeter(
  { server }: BenchContext,
  servicePids: readonly number[],
): CoreMeter {
  let read = () => ({ atMs: 0, service: 0, postgres: 0, generator: 0, machine: 0 });
  let from = read();
  return {
    start(generatorPid) {
      read = () => ({
        atMs: performance.now(),
        service: processesMs(servicePids),
        postgres: postgresMs(server),
        generator: processesMs([generatorPid]),
        machine: machineMs(),
      });
      from = read();
    },
    stop() {
      const to = read();
      const elapsedMs = to.atMs - from.atMs;
      const service = (to.service - from.service) / elapsedMs;
      const postgres = (to.postgres - from.postgres) / elapsedMs;
      const generator = (to.generator - from.generator) / elapsedMs;
      const machine = (to.machine - from.machine) / elapsedMs;
      return {
        serviceCores: service,
        postgresCores: postgres,
        generatorCores: generator,
        otherCores: machine - service - postgres - generator,
      };
    },
  };
}

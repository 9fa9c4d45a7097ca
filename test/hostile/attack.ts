import { createChance } from '../sim/chance.ts';
import { startBystander, type Served } from './bystander.ts';
import { runGarbageLane } from './garbage-lane.ts';
import { runHttpLane } from './http-lane.ts';
import { createRequestSource, type ApiDocument } from './http-requests.ts';
import type { Lane } from './lane.ts';
import { runLiveLane } from './live-lane.ts';
import { mintTokens } from './tokens.ts';
import { Verdict } from './verdict.ts';
import type { ServiceWatch, WatchedService } from './watched-service.ts';

export interface AttackOptions {
  readonly service: WatchedService;
  readonly inputs: number;
  readonly seed: number;
  /** True once it should end early. */
  readonly isOver?: () => boolean;
  /** Told now and then how many inputs there were. */
  readonly onProgress?: (inputs: number) => void;
}

export interface AttackReport {
  readonly inputs: number;
  readonly seconds: number;
  /** Answers of 503 that say to come back. */
  readonly busy: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly served: Served;
  readonly watch: ServiceWatch;
  /** After the first tenth of the inputs, garbage collected. */
  readonly heapBeforeBytes: number;
  readonly heapAfterBytes: number;
  /** Everything that should not be. */
  readonly violations: readonly string[];
}

const LANES = { http: 12, live: 6, garbage: 2 } as const;
/** Of all inputs: what makes the service's caches and the pools full. */
const WARM_SHARE = 0.1;
/** After a collection, beside what it was after the first tenth: nothing of an input may stay. */
const HEAP_GROWTH_MAX_BYTES = 32 * 2 ** 20;
/** On a machine that cannot keep up the service may say so, now and then. */
const BUSY_MAX = 20;
const BUSY_SHARE_MAX = 0.005;
const RSS_MAX_BYTES = 600 * 2 ** 20;

/** Everything that a hostile client may send, over many connections at once, beside one client that is none. */
export async function attack({
  service,
  inputs,
  seed,
  isOver = () => false,
  onProgress,
}: AttackOptions): Promise<AttackReport> {
  const chance = createChance(seed);
  const answer = await fetch(`${service.address}/openapi.json`);
  const tokens = await mintTokens(chance.of('tokens'), Date.now());
  const requests = createRequestSource((await answer.json()) as ApiDocument, tokens);
  const verdict = new Verdict();
  const port = Number(new URL(service.address).port);
  const startedAtMs = performance.now();
  const endBystander = await startBystander(service.address);
  let made = 0;

  async function run(until: number, phase: string): Promise<void> {
    const lane = (name: string): Lane => ({
      name,
      port,
      chance: chance.of(name),
      requests,
      tokens,
      verdict,
      take(count) {
        made += count;
        if (count > 0) onProgress?.(made);
        return made < until && !isOver();
      },
    });
    const many = (kind: keyof typeof LANES, start: (lane: Lane) => Promise<void>) =>
      Array.from({ length: LANES[kind] }, (_, index) => start(lane(`${phase}/${kind}/${index}`)));
    await Promise.all([
      ...many('http', runHttpLane),
      ...many('live', runLiveLane),
      ...many('garbage', runGarbageLane),
    ]);
  }

  await service.reset();
  await run(Math.ceil(inputs * WARM_SHARE), 'warm');
  const { heapBytes: heapBeforeBytes } = await service.collect();
  await run(inputs, 'main');
  const served = await endBystander();
  const watch = await service.collect();
  const violations = [...verdict.violations];
  const hidden = verdict.violationCount - violations.length;
  if (hidden > 0) violations.push(`and ${hidden} more`);
  violations.push(...watch.faults, ...served.failures);
  if (verdict.busy > BUSY_MAX + made * BUSY_SHARE_MAX)
    violations.push(`${verdict.busy} answers of 503`);
  if (watch.stalls > 0) {
    violations.push(`${watch.stalls} stalls, the longest of ${watch.longestMs.toFixed(0)} ms`);
  }
  const grownBytes = watch.heapBytes - heapBeforeBytes;
  if (grownBytes > HEAP_GROWTH_MAX_BYTES) violations.push(`the heap grew by ${grownBytes} bytes`);
  if (watch.rssMaxBytes > RSS_MAX_BYTES) violations.push(`${watch.rssMaxBytes} bytes resident`);
  return {
    inputs: made,
    seconds: (performance.now() - startedAtMs) / 1_000,
    busy: verdict.busy,
    counts: verdict.counts,
    served,
    watch,
    heapBeforeBytes,
    heapAfterBytes: watch.heapBytes,
    violations: [...violations, ...service.complaints],
  };
}

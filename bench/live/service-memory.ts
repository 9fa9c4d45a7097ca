import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readMetrics, requireMetric } from '../../test/support/read-metrics.ts';
import type { Sample } from '../workload.ts';

/** Memory is read when it moved by less than this share for so long, or after the longest wait. */
const SETTLED_SHARE = 0.005;
export const SETTLED_MS_MAX = 5_000;
const SETTLING_MAX_MS = 30_000;
const SETTLING_POLL_MS = 100;

/** Bytes by kind. */
export async function readMemory(address: string): Promise<Sample> {
  const metrics = await readMetrics(address);
  return {
    rss: requireMetric(metrics, 'process_resident_memory_bytes'),
    heapUsed: requireMetric(metrics, 'nodejs_heap_size_used_bytes'),
    external: requireMetric(metrics, 'nodejs_external_memory_bytes'),
  };
}

/** Resolves when the resident memory stood still for so long. */
export async function memorySettled(pid: number, settledMs: number): Promise<void> {
  const givesUpAtMs = performance.now() + SETTLING_MAX_MS;
  let reference = residentKib(pid);
  let sinceMs = performance.now();
  while (performance.now() < givesUpAtMs && performance.now() - sinceMs < settledMs) {
    await delay(SETTLING_POLL_MS);
    const now = residentKib(pid);
    if (Math.abs(now - reference) <= SETTLED_SHARE * reference) continue;
    reference = now;
    sinceMs = performance.now();
  }
}

export function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}

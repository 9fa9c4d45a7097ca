/**
 * What a Jellyfin costs that extrapolates for 1,000 viewers: 1,000 automated reports a second, for 20 s, over 20 connections.
 * `tsc -b && tsx --conditions=cuepoint-source scripts/measure-automated.ts` prints the processor time of the service, in percent of a core, beside what it takes without them. [HOK2]
 */
import { Agent, request } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServiceProcess } from '../test/support/service-process.ts';
import { jellyfinBody } from '../packages/hooks/src/testing/sessions.ts';

const PER_SECOND = 1_000;
const SECONDS = 20;
const TICK_MS = 20;
const PORT = 18_947;

const dataDir = mkdtempSync(path.join(tmpdir(), 'hooks-'));
const secret = 'a secret of a measurement, 32 bytes or more';
const service = await startServiceProcess({
  port: PORT,
  env: { CUEPOINT_DATA_DIR: dataDir, CUEPOINT_JWT_SECRET: secret },
});
const cpuMs = (): number => {
  const fields = readFileSync(`/proc/${service.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
const agent = new Agent({ keepAlive: true, maxSockets: 20 });
const body = Buffer.from(
  JSON.stringify({
    ...jellyfinBody('PlaybackProgress', 600, { IsAutomated: true }),
    Overview: 'Somebody does something. '.repeat(30),
    Video_0_Title: 'x'.repeat(400),
  }),
);
let answered = 0;
const send = () =>
  new Promise<void>((resolve) => {
    const one = request(
      {
        host: '127.0.0.1',
        port: PORT,
        agent,
        method: 'POST',
        path: `/hooks/jellyfin/${'a'.repeat(43)}`,
        headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length },
      },
      (answer) => {
        if (answer.statusCode === 204) answered += 1;
        answer.resume();
        answer.on('end', resolve);
      },
    );
    one.on('error', () => resolve());
    one.end(body);
  });

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
for (let warm = 0; warm < 3_000; warm += 20) await Promise.all(Array.from({ length: 20 }, send));
await wait(3_000);
const idleFrom = cpuMs();
await wait(5_000);
const idle = (cpuMs() - idleFrom) / 5_000;
answered = 0;
const from = cpuMs();
const begun = performance.now();
let sent = 0;
while (performance.now() - begun < SECONDS * 1_000) {
  const due = Math.floor(((performance.now() - begun) * PER_SECOND) / 1_000);
  for (; sent < due; sent += 1) void send();
  await wait(TICK_MS);
}
const tookMs = performance.now() - begun;
const busy = (cpuMs() - from) / tookMs;
process.stdout.write(
  `${answered} of ${sent} answered in ${(tookMs / 1_000).toFixed(1)} s, ${body.length} bytes each\n` +
    `service: ${(busy * 100).toFixed(1)} % of a core, ${(idle * 100).toFixed(1)} % without them: ${(((busy - idle) * tookMs * 1_000) / answered).toFixed(1)} us a report\n`,
);
await service.stop();
agent.destroy();
rmSync(dataDir, { recursive: true, force: true });

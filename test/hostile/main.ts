// `npm run test:hostile`: generated requests and frames, right and wrong, against a service of its own.
import { parseArgs } from 'node:util';
import { createProgressBar } from '../../packages/server/src/cli/progress-bar.ts';
import { createPostgresServer } from '../support/postgres-server.ts';
import { attack } from './attack.ts';
import { describeAttack } from './describe-attack.ts';
import { startWatchedService } from './watched-service.ts';

/** Without a terminal a line says this often how far it is. */
const REPORT_EVERY_MS = 30_000;

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(
    'npm run test:hostile -- [--requests 20000] [--seed n]   the same seed, the same inputs; SIGTERM ends it early',
  );
  process.exit(0);
}
const [inputs, seed] = [readCount('requests'), readCount('seed')];
console.log(`${inputs} requests and frames from seed ${seed}`);

const server = await createPostgresServer();
await server.start();
const service = await startWatchedService(server.url());
const bar = createProgressBar(process, { label: 'hostile input', unit: 'inputs', total: inputs });
let reportedAtMs = performance.now();
let isOver = false;
process.once('SIGTERM', () => {
  isOver = true;
});
const report = await attack({
  service,
  inputs,
  seed,
  isOver: () => isOver,
  onProgress(made) {
    bar.update(Math.min(made, inputs));
    if (process.stderr.isTTY || performance.now() - reportedAtMs < REPORT_EVERY_MS) return;
    reportedAtMs = performance.now();
    console.log(`${made} of ${inputs}`);
  },
});
bar.stop();
const code = await service.stop();
await server.destroy();
console.log(describeAttack(report));
if (code !== 0) console.log(`The service ended with ${String(code)}.`);
process.exit(report.violations.length === 0 && code === 0 ? 0 : 1);

function readCount(name: 'requests' | 'seed'): number {
  const count = Number(flags[name]);
  if (Number.isInteger(count) && count > 0) return count;
  console.error(`--${name} takes a whole number above 0`);
  process.exit(1);
}

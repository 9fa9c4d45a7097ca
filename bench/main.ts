import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPostgresServer } from '../test/support/postgres-server.ts';
import { parseFlags, USAGE, type Flags } from './flags.ts';
import { drawAgain, writePlots } from './plots.ts';
import { readEnvironment } from './support/environment.ts';
import { environmentToMarkdown, tableToMarkdown } from './support/markdown.ts';
import { SERVER_SETTINGS } from './support/server-settings.ts';
import { endStartedProcesses } from './support/started-processes.ts';
import { catchUp } from './workloads/catch-up.ts';
import { client } from './workloads/client.ts';
import { connect } from './workloads/connect.ts';
import { continueWatching } from './workloads/continue-watching.ts';
import { durableWrites } from './workloads/durable-writes.ts';
import { embedded } from './workloads/embedded.ts';
import { flood } from './workloads/flood.ts';
import { growthCallers } from './workloads/growth-callers.ts';
import { growthSockets } from './workloads/growth-sockets.ts';
import { growthUsers } from './workloads/growth-users.ts';
import { growthWatchlist } from './workloads/growth-watchlist.ts';
import { idleSockets } from './workloads/idle-sockets.ts';
import { indexKinds } from './workloads/index-kinds.ts';
import { largeReplica } from './workloads/large-replica.ts';
import { liveInstances } from './workloads/live-instances.ts';
import { livePropagation } from './workloads/live-propagation.ts';
import { loadUser } from './workloads/load-user.ts';
import { loneWrite } from './workloads/lone-write.ts';
import { slowDisk } from './workloads/slow-disk.ts';
import { watchingList } from './workloads/watching-list.ts';
import { watchlistChange } from './workloads/watchlist-change.ts';
import type { Workload } from './workload.ts';

const WORKLOADS: readonly Workload[] = [
  durableWrites,
  slowDisk,
  loneWrite,
  watchlistChange,
  loadUser,
  embedded,
  indexKinds,
  livePropagation,
  liveInstances,
  connect,
  flood,
  idleSockets,
  growthWatchlist,
  growthUsers,
  growthCallers,
  growthSockets,
  catchUp,
  client,
  largeReplica,
  continueWatching,
  watchingList,
];

const ARTIFACTS = path.resolve(import.meta.dirname, '../artifacts');
const DOCS_PLOTS = path.resolve(import.meta.dirname, '../docs/images/benchmarks');

const EXIT_BY_SIGNAL = { SIGTERM: 143, SIGINT: 130 } as const;

async function run(flags: Flags): Promise<void> {
  const { only, scale, resultsFolder, isSmoke, isProfiled, isPlotsOnly, isForDocs } = flags;
  const unknown = only.filter((name) => !WORKLOADS.some((workload) => workload.name === name));
  if (unknown.length > 0) {
    const names = WORKLOADS.map(({ name }) => name).join(', ');
    throw new Error(`No workload is called ${unknown.join(', ')}. There are: ${names}.`);
  }
  const resultsDirectory = path.join(ARTIFACTS, resultsFolder);
  const plotsDirectories = [resultsDirectory, ...(isForDocs ? [DOCS_PLOTS] : [])];
  if (isPlotsOnly) return drawAgain(resultsDirectory, only, plotsDirectories);
  await mkdir(resultsDirectory, { recursive: true });
  const server = await createPostgresServer();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      endStartedProcesses();
      void server.destroy().finally(() => process.exit(EXIT_BY_SIGNAL[signal]));
    });
  }
  try {
    await server.start(SERVER_SETTINGS);
    const environment = await readEnvironment(server);
    console.log(environmentToMarkdown(environment));
    for (const workload of WORKLOADS) {
      if (only.length > 0 ? !only.includes(workload.name) : isSmoke && workload.isLeftOutOfSmoke)
        continue;
      const progress = (message: string) => console.error(`${workload.name}: ${message}`);
      const report = await workload.run({
        server,
        scale,
        resultsDirectory,
        isProfiled,
        progress,
      });
      const file = path.join(resultsDirectory, `${workload.name}.json`);
      await writeFile(file, `${JSON.stringify({ environment, scale, ...report }, null, 2)}\n`);
      await writePlots(report.plots ?? [], plotsDirectories);
      for (const table of report.tables) console.log(tableToMarkdown(table));
    }
  } finally {
    await server.destroy();
  }
}

let flags: Flags;
try {
  flags = parseFlags(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exit(2);
}
await run(flags);

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BenchContext } from '../workload.ts';

const run = promisify(execFile);

export interface PeerPackages {
  /** Name of the folder below `bench/peers` that has the lock file. */
  readonly folder: string;
  /** Those whose versions are told. */
  readonly told: readonly string[];
}

const installed = new Map<string, Promise<void>>();

/** Installs a peer from its own lock file, once a run. It is no dependency of anything else here. */
export async function installPeer(
  { progress }: BenchContext,
  { folder, told }: PeerPackages,
): Promise<void> {
  const peer = peerFolder(folder);
  const before = installed.get(folder);
  const install = before ?? installPackages(peer);
  installed.set(folder, install);
  if (before === undefined) progress(`installing ${folder}`);
  await install;
  const versions = told.map((name) => {
    const file = path.join(peer, 'node_modules', name, 'package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return `${name} ${version}`;
  });
  progress(`the peer: ${versions.join(', ')}, on Node ${process.version}`);
}

export function peerFolder(folder: string): string {
  return path.join(import.meta.dirname, folder);
}

async function installPackages(cwd: string): Promise<void> {
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd });
  } catch (error) {
    throw new Error(`${cwd} could not be installed; --no-peer measures without it.`, {
      cause: error,
    });
  }
}

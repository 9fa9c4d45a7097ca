import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderPlot } from './support/plot.ts';
import type { Plot, Report } from './workload.ts';

/** Draws each plot as `<name>.svg` into each of the folders. */
export async function writePlots(
  plots: readonly Plot[],
  directories: readonly string[],
): Promise<void> {
  for (const plot of plots) {
    const svg = await renderPlot(plot);
    for (const directory of directories) {
      await mkdir(directory, { recursive: true });
      await writeFile(path.join(directory, `${plot.name}.svg`), svg);
    }
  }
}

/** Draws the plots of stored results, of the named workloads or of all: they may be of different runs. */
export async function drawAgain(
  resultsDirectory: string,
  only: readonly string[],
  directories: readonly string[],
): Promise<void> {
  for (const file of (await readdir(resultsDirectory)).toSorted()) {
    const { name, ext } = path.parse(file);
    if (ext !== '.json' || (only.length > 0 && !only.includes(name))) continue;
    const text = await readFile(path.join(resultsDirectory, file), 'utf8');
    await writePlots((JSON.parse(text) as Report).plots ?? [], directories);
  }
}

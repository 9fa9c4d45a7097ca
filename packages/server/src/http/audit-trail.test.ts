import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAudit } from './audit-trail.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-audit-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

function streams() {
  const lines: string[] = [];
  const to = (name: string) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(`${name}: ${chunk.toString()}`);
        done();
      },
    });
  return { lines, stdout: to('stdout'), stderr: to('stderr') };
}

describe('the trail of who looked', () => {
  it('[SEC1] goes to a stream, or is added to a file of its owner', async () => {
    const { lines, ...both } = streams();
    for (const where of ['stdout', 'stderr']) openAudit(where, both)('line\n');
    expect(lines).toEqual(['stdout: line\n', 'stderr: line\n']);
    const file = join(home, 'audit.jsonl');
    openAudit(file, both)('first\n');
    openAudit(file, both)('second\n');
    expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('[SEC1] that cannot be written ends the start, in one line', () => {
    const { lines: _lines, ...both } = streams();
    expect(() => openAudit(join(home, 'none', 'audit'), both)).toThrow(
      /^CUEPOINT_AUDIT \(--audit\): the file cannot be written \(ENOENT\)\.$/,
    );
  });
});

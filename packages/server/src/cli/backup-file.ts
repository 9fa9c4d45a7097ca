import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { CuepointError } from '@cuepoint/core';
import { splitLines } from '../backup/split-lines.ts';

/**
 * Writes a new file, for its owner alone: under another name until it is whole and on the disk.
 *
 * @param file `.gz` at its end has it compressed.
 * @throws CuepointError `invalid_request` where there is one already, or the place takes none.
 */
export async function writeBackupFile(file: string, pieces: AsyncIterable<string>): Promise<void> {
  await requireAbsent(file);
  const part = `${file}.part`;
  const isPacked = file.endsWith('.gz');
  try {
    const target = createWriteStream(part, { mode: 0o600, flush: true });
    const source = Readable.from(pieces);
    await (isPacked ? pipeline(source, createGzip(), target) : pipeline(source, target));
    await rename(part, file);
    await flushDirectory(path.dirname(file));
  } catch (error) {
    await rm(part, { force: true });
    throw toFileError(error, 'write', file);
  }
}

/**
 * The lines of a backup.
 *
 * @param onBytes told how many bytes of the file have been read, before they are unpacked.
 */
export async function* readBackupFile(
  file: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<string> {
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
  const unpack = file.endsWith('.gz') ? createGunzip() : new Transform({ transform: pass });
  const source = createReadStream(file);
  // What it fails with comes out of the last of the streams.
  const piped = pipeline(source, count, unpack).catch((error: unknown) =>
    unpack.destroy(error as Error),
  );
  try {
    yield* splitLines(unpack);
  } catch (error) {
    throw toFileError(error, 'read', file);
  } finally {
    source.destroy();
    await piped;
  }
}

/** @throws CuepointError `invalid_request` */
export async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw toFileError(error, 'read', file);
  }
}

function pass(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
  done(null, chunk);
}

async function requireAbsent(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CuepointError('invalid_request', `${file} is there already.`);
}

/** A rename is on the disk once its directory is. Some systems open no directory: there it is as they do it. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function toFileError(error: unknown, act: 'read' | 'write', file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_') === true || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') {
    return new CuepointError(
      'invalid_request',
      `The backup is damaged: ${file} cannot be unpacked.`,
      {
        cause: error,
      },
    );
  }
  // Of the file system; what else fails says itself what it is.
  if ((error as NodeJS.ErrnoException).syscall === undefined) return error;
  return new CuepointError('invalid_request', `Cannot ${act} ${file} (${code}).`, { cause: error });
}

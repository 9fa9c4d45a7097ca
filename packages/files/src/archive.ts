import { BlobReader, configure, Uint8ArrayWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import type { FileLimits } from './limits.ts';
import type { FileReason, FileReading } from './reading.ts';

// Packing runs in this thread: exports are small, and a worker would outlive the import.
configure({ useWebWorkers: false });

export interface Member {
  /** As the archive has it. */
  readonly name: string;
  /** @throws ArchiveError what does not fit the limits, or cannot be unpacked. [IMP2] */
  readonly bytes: () => Promise<Uint8Array>;
}

/** A member, or the whole archive, that is not read. */
export class ArchiveError extends Error {
  readonly reason: FileReason;
  constructor(reason: FileReason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

export interface Archive {
  readonly members: readonly Member[];
  /** Members that are never opened, and why. */
  readonly refused: readonly FileReading[];
  readonly isPacked: boolean;
}

const ZIP_SIGNATURE = [0x50, 0x4b];

async function isZip(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return ZIP_SIGNATURE.every((sign, index) => head[index] === sign);
}

/**
 * The files of an archive, or the file itself where it is none. Nothing is unpacked before a member's `bytes` are asked for.
 *
 * @param options.password opens members that are encrypted with it.
 * @throws ArchiveError `damaged`, `too_many_files`, `too_large`.
 */
export async function openArchive(
  file: Blob,
  name: string,
  limits: FileLimits,
  { password }: { readonly password?: string } = {},
): Promise<Archive> {
  if (!(await isZip(file))) {
    const bytes = async () => {
      if (file.size > limits.fileBytesMax) throw new ArchiveError('too_large');
      return new Uint8Array(await file.arrayBuffer());
    };
    return { members: [{ name, bytes }], refused: [], isPacked: false };
  }
  const entries = await listEntries(file, limits);
  const budget = { left: limits.totalBytesMax };
  const members: Member[] = [];
  const refused: FileReading[] = [];
  for (const entry of entries) {
    const reason = refusalOf(entry, password);
    if (reason === undefined) {
      members.push({
        name: entry.filename,
        bytes: () =>
          unpack(entry, { limits, budget, ...(password === undefined ? {} : { password }) }),
      });
    } else refused.push({ kind: 'file', file: entry.filename, fate: 'ignored', reason });
  }
  return { members, refused, isPacked: true };
}

async function listEntries(file: Blob, { filesMax }: FileLimits): Promise<FileEntry[]> {
  // Names are judged one by one below; a bad one does not make the rest unreadable.
  const reader = new ZipReader(new BlobReader(file), { filenameValidation: 'tolerant' });
  const entries: FileEntry[] = [];
  let count = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      count += 1;
      if (count > filesMax) throw new ArchiveError('too_many_files');
      if (!entry.directory) entries.push(entry);
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError('damaged', { cause: error });
  }
  return entries;
}

function refusalOf(
  { filename, encrypted }: FileEntry,
  password: string | undefined,
): FileReason | undefined {
  const parts = filename.split(/[/\\]/);
  // Nothing is written anywhere by these names; an archive with such a one is still not of an exporter.
  if (parts.includes('..') || parts[0] === '' || /^[a-z]:/i.test(filename)) return 'unsafe_name';
  if (encrypted && password === undefined) return 'encrypted';
  return undefined;
}

interface Unpacking {
  readonly limits: FileLimits;
  readonly budget: { left: number };
  readonly password?: string;
}

/** The library ends a member that has more than the archive says of it, so what is said is bounded here. */
async function unpack(
  entry: FileEntry,
  { limits, budget, password }: Unpacking,
): Promise<Uint8Array> {
  const { compressedSize, uncompressedSize } = entry;
  const { fileBytesMax, ratioMax, ratioFreeBytes } = limits;
  if (uncompressedSize > fileBytesMax) throw new ArchiveError('too_large');
  if (uncompressedSize > Math.max(compressedSize * ratioMax, ratioFreeBytes)) {
    throw new ArchiveError('ratio_too_high');
  }
  if (uncompressedSize > budget.left) throw new ArchiveError('archive_too_large');
  budget.left -= uncompressedSize;
  try {
    return await entry.getData(new Uint8ArrayWriter(), password === undefined ? {} : { password });
  } catch (error) {
    throw new ArchiveError('damaged', { cause: error });
  }
}

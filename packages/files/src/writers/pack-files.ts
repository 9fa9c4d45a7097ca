import { TextReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import type { WrittenFile } from './written.ts';

/** The files of an export as one archive. */
export async function packFiles(files: readonly WrittenFile[]): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const { name, text } of files) await writer.add(name, new TextReader(text));
  return writer.close();
}

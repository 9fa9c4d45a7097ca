import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import { COMPRESSED_BYTES_MIN } from '../limits.ts';

/** Pages, exports and the like. JSON lines without an end (`application/x-ndjson`) leave as they come. */
const COMPRESSED_TYPES = /^application\/(?:problem\+)?jsonl?(?:;|$)/;

/**
 * Compresses long answers for whoever takes gzip. A short one is one packet either way, and leaves as it is.
 *
 * Whether that tells somebody on the wire of what is inside, by its length, is in decision 24.
 */
export async function compressAnswers(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    encodings: ['gzip'],
    threshold: COMPRESSED_BYTES_MIN,
    customTypes: COMPRESSED_TYPES,
    // A body that is compressed is refused, by `acceptJsonBodies`.
    globalDecompression: false,
  });
}

import {
  writeLetterboxdCsv,
  writeTraktJson,
  writeYamtrackCsv,
  type ImportRecord,
  type Written,
} from '@cuepoint/files';

/** Forms of other programs, each of which the import of that name reads back. [EXP1] */
export const EXPORT_FORMATS = ['trakt', 'letterboxd', 'yamtrack'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** @param zone IANA name: on whose day an instant was, where a form has days alone. */
export function writeFormat(
  format: ExportFormat,
  records: readonly ImportRecord[],
  zone: string,
): Written {
  switch (format) {
    case 'trakt':
      return writeTraktJson(records);
    case 'letterboxd':
      return writeLetterboxdCsv(records, { zone });
    case 'yamtrack':
      return writeYamtrackCsv(records);
  }
}

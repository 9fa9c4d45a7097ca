import { DISGUISES } from '@cuepoint/core';

/** What a terminal acts upon, but for line feed and tab, and what turns or hides the text around it. */
const UNPRINTABLE = new RegExp(`[\\p{Cs}\\p{Cc}${DISGUISES}]`, 'gu');

/**
 * Text of others as a terminal may show it: what it would act upon is written as JSON writes it (`\u001b`), so
 * that JSON stays JSON and stays the same.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (sign) =>
    sign === '\n' || sign === '\t' ? sign : sign.split('').map(escape).join(''),
  );
}

function escape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

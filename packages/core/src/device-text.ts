/**
 * Signs, as ranges of a character class, that turn the direction of a text around or are not seen: two names would look like
 * one, or like another. Joiners (U+200C, U+200D) are let be: emoji and Persian are written with them.
 */
export const DISGUISES =
  '\\p{Zl}\\p{Zp}\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}';

/** What a device says of itself, in columns of 50 and 255 characters. */
export const SHORT_TEXT_PATTERN = `^[^\\p{Cc}\\p{Cs}${DISGUISES}]{1,50}$`;
export const DEVICE_NAME_PATTERN = `^[^\\p{Cc}\\p{Cs}${DISGUISES}]{1,255}$`;

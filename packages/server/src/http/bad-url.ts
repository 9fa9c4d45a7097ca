import { CuepointError } from '@cuepoint/core';

/**
 * What is wrong with a URL that the router itself refuses: an id that is not UTF-8 in percent encoding,
 * or longer than any id can be.
 *
 * @param apiPath the prefix of the API, such as `/api/v1`.
 */
export function badUrlError(url: string, apiPath: string): CuepointError {
  if (url.startsWith(`${apiPath}/watchlist/`) || url.startsWith(`${apiPath}/progress/`)) {
    return new CuepointError(
      'invalid_content_id',
      'The content id in the path is too long or not URL-encoded UTF-8.',
      { field: 'contentId' },
    );
  }
  if (url.startsWith(`${apiPath}/devices/`)) {
    return new CuepointError(
      'invalid_device_id',
      'The device id in the path is too long or not URL-encoded.',
      { field: 'deviceId' },
    );
  }
  return new CuepointError('invalid_request', 'The path is not URL-encoded UTF-8.');
}

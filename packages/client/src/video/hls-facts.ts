/** As much of an `Hls` of hls.js as tells what its element shows. */
export interface HlsFacts {
  readonly latestLevelDetails?: { readonly live: boolean; readonly type?: string | null } | null;
  /** Interstitials play in the same element. */
  readonly interstitialsManager?: { readonly playingAsset: unknown } | null;
}

/** A playlist of type EVENT is still made, and is no live stream: it has all from its beginning. */
export function isHlsLive({ latestLevelDetails: details }: HlsFacts): boolean {
  return details?.live === true && details.type !== 'EVENT';
}

export function isHlsAd({ interstitialsManager }: HlsFacts): boolean {
  return Boolean(interstitialsManager?.playingAsset);
}

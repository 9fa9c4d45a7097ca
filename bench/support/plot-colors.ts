/** Told apart by people who see no red or no green, and on white (after Okabe and Ito, without yellow). */
const CUEPOINT_COLORS = ['#0072b2', '#56b4e9', '#004b75', '#7a9fd6'];
const PEER_COLORS = ['#d55e00', '#009e73', '#cc79a7', '#8c6d1f', '#6e4aa3', '#5f6b76'];

/** Cuepoint's own variants are blue in every plot; peers are not. */
export function colorsOf(names: readonly string[]): string[] {
  let own = 0;
  let peers = 0;
  return names.map((name) => {
    const color = name.startsWith('Cuepoint')
      ? CUEPOINT_COLORS[own++ % CUEPOINT_COLORS.length]
      : PEER_COLORS[peers++ % PEER_COLORS.length];
    return color ?? '';
  });
}

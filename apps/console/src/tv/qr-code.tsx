import { renderSVG } from 'uqr';

/** Modules of white around it, which cameras need. */
const BORDER = 4;

/** Black on white in every theme: many cameras read nothing else. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const picture = renderSVG(text, { ecc: 'M', border: BORDER });
  return (
    <img className="tv-qr" src={`data:image/svg+xml,${encodeURIComponent(picture)}`} alt={label} />
  );
}

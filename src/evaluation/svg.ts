/** The few shapes that our charts are made of, as SVG text. */

export function svg(width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>\n`;
}

export function text(
  x: number,
  y: number,
  content: string,
  {
    bold = false,
    anchor = "start",
    halo = false,
  }: {
    bold?: boolean;
    anchor?: "start" | "middle" | "end";
    /** Readable over lines. */
    halo?: boolean;
  } = {},
): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const weight = bold ? "bold" : "normal";
  const outline = halo ? ' stroke="#fff" stroke-width="4" paint-order="stroke"' : "";
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-weight="${weight}" text-anchor="${anchor}" fill="#222"${outline}>${escaped}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, colour: string): string {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0, width).toFixed(1)}" height="${height}" fill="${colour}" rx="2"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number, dash = ""): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
}

export function circle(x: number, y: number, radius: number, colour: string): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour}"/>`;
}

/** Hunch's own icons: 16 × 16, one stroke weight, the colour of the text around them. Drawn for this panel. */

const paths = {
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  arrowUp: "M8 13V3M4 7l4-4 4 4",
  braces: "M6 2.5c-2.4 0-.6 4.4-3 5.5 2.4 1.1.6 5.5 3 5.5M10 2.5c2.4 0 .6 4.4 3 5.5-2.4 1.1-.6 5.5-3 5.5",
  check: "M3 8.5l3.5 3.5L13 4.5",
  chevronDown: "M4 6l4 4 4-4",
  chevronLeft: "M10 4l-4 4 4 4",
  chevronRight: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z",
  diff: "M8 2.5v6M5 5.5h6M5 12.5h6",
  download: "M8 2.5v8M4.5 7L8 10.5 11.5 7M3 13.5h10",
  edit: "M3 13l.7-2.8L10.5 3.4l2.1 2.1-6.8 6.8zM9.2 4.7l2.1 2.1",
  error: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.5M8 10.5v.5",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  forward: "M3.5 4l4 4-4 4M8.5 4l4 4-4 4",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.5V11M8 5v.5",
  insert: "M13 3v10M3 8h6.5M6.5 5l3 3-3 3",
  layers: "M8 2.5l5.5 3L8 8.5l-5.5-3zM2.5 8.5l5.5 3 5.5-3M2.5 11.5l5.5 2.5 5.5-2.5",
  list: "M6 4h7.5M6 8h7.5M6 12h7.5M2.5 4h1M2.5 8h1M2.5 12h1",
  refresh: "M12.5 8a4.5 4.5 0 1 1-1.5-3.4M12.5 2.5V5H10",
  stop: "M4.5 4.5h7v7h-7z",
  thumbDown: "M5 3v6M5 3h6.2c.6 0 1.1.4 1.2 1l.8 3.6c.2.8-.4 1.4-1.2 1.4H9l.5 3c.1.7-.4 1.3-1 1.3L5 9H2.8V3z",
  thumbUp: "M5 13V7M5 13h6.2c.6 0 1.1-.4 1.2-1l.8-3.6c.2-.8-.4-1.4-1.2-1.4H9l.5-3c.1-.7-.4-1.3-1-1.3L5 7H2.8v6z",
  thought: "M8 2.5a4 4 0 0 0-2.2 7.3c.5.4.7.9.7 1.5h3c0-.6.2-1.1.7-1.5A4 4 0 0 0 8 2.5zM6.5 13.5h3",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M7 7v3.5M9 7v3.5",
  warning: "M8 2.5l6 11H2zM8 6.5V10M8 11.5v.5",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

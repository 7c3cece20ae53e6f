// Strokes and shapes on a canvas, in the colours of a palette. Nothing here knows what it draws.

export type Palette = Readonly<Record<string, string>>;

export function shorten(name: string, length: number): string {
  return name.length <= length ? name : `${name.slice(0, length - 1)}…`;
}

export function color(palette: Palette, name: string): string {
  return palette[name] ?? "#000";
}

export function text(
  context: CanvasRenderingContext2D,
  content: string,
  x: number,
  y: number,
  ink: string,
  font: string,
  align: CanvasTextAlign = "center",
): void {
  context.font = font;
  context.fillStyle = ink;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(content, x, y);
}

export function stroke(context: CanvasRenderingContext2D, ink: string, points: readonly (readonly [number, number])[]): void {
  context.strokeStyle = ink;
  context.beginPath();
  points.forEach(([x, y], place) => (place === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
}

export function polygon(context: CanvasRenderingContext2D, ink: string, points: readonly (readonly [number, number])[]): void {
  context.fillStyle = ink;
  context.beginPath();
  points.forEach(([x, y], place) => (place === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.fill();
}

/** The shape of a severity with its mark, as Glyph draws it: an octagon for critical, a triangle for warning. `paper` cuts it out of what lies below. */
export function severityMark(
  context: CanvasRenderingContext2D,
  { palette, font }: { readonly palette: Palette; readonly font: string },
  severity: "critical" | "warning",
  x: number,
  y: number,
  r: number,
  paper: string | null,
): void {
  const points: readonly (readonly [number, number])[] =
    severity === "critical"
      ? [-0.4, 0.4].flatMap((side): [number, number][] =>
          side < 0
            ? [
                [x - r, y + 0.4 * r],
                [x - r, y - 0.4 * r],
                [x - 0.4 * r, y - r],
                [x + 0.4 * r, y - r],
              ]
            : [
                [x + r, y - 0.4 * r],
                [x + r, y + 0.4 * r],
                [x + 0.4 * r, y + r],
                [x - 0.4 * r, y + r],
              ],
        )
      : [
          [x, y - r],
          [x + r * 1.1, y + r * 0.9],
          [x - r * 1.1, y + r * 0.9],
        ];
  const ink = color(palette, `--${severity}`);
  if (paper !== null) {
    context.lineWidth = 3;
    context.lineJoin = "round";
    stroke(context, paper, [...points, ...points.slice(0, 2)]);
    context.lineJoin = "miter";
  }
  polygon(context, ink, points);
  text(context, "!", x, y + (severity === "critical" ? 0.5 : 1), color(palette, "--on-ink"), `800 ${String(r * 1.6)}px ${font}`);
}

export function circle(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  r: number,
  fill: string | null,
  ring: string | null,
  width: number,
): void {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  if (fill !== null) {
    context.fillStyle = fill;
    context.fill();
  }
  if (ring !== null) {
    context.strokeStyle = ring;
    context.lineWidth = width;
    context.stroke();
  }
}

export function drawHatch(context: CanvasRenderingContext2D, ink: string, x: number, y: number, size: number): void {
  context.save();
  context.beginPath();
  context.rect(x, y, size, size);
  context.clip();
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  for (let offset = 0; offset < 2 * size; offset += 5)
    stroke(context, ink, [
      [x, y + offset],
      [x + offset, y],
    ]);
  context.restore();
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.strokeRect(x, y, size, size);
}

export function rounded(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

export function line(context: CanvasRenderingContext2D, x: number, y: number, to: number, ink: string): void {
  context.lineWidth = 1;
  stroke(context, ink, [
    [x, y],
    [to, y],
  ]);
}

// A QR code from the rows the server made: hex, the first module of a row its highest bit.

export function Qr({ size, rows, label }: { size: number; rows: string[]; label: string }) {
  const quiet = 4;
  const path = rows.flatMap((row, y) => {
    const bits = [...row].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
    return [...bits.slice(0, size)].flatMap((bit, x) => bit === "1" ? [`M${x + quiet} ${y + quiet}h1v1h-1z`] : []);
  }).join("");
  const whole = size + 2 * quiet;
  return <svg class="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label={label} shape-rendering="crispEdges"><path d={path} /></svg>;
}

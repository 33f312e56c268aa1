// A person's seal, drawn from the ref: which of the eight points are filled, one of five cores, its
// turn. A help to the eye and not an identity: the pseudonym always stands beside it. Always ink.

const star = "M19.78 4.22V19.78H4.22V4.22zM12 1 23 12 12 23 1 12z";
/** The eight tips, from the upper corner on, clockwise. */
const tips = [
  "M12 1 15.220 4.220H8.780z", "M19.780 4.220V8.780L15.220 4.220z", "M23 12 19.780 8.780V15.220z",
  "M19.780 19.780H15.220L19.780 15.220z", "M12 23 8.780 19.780H15.220z", "M4.220 19.780V15.220L8.780 19.780z",
  "M1 12 4.220 15.220V8.780z", "M4.220 4.220H8.780L4.220 8.780z",
];
const cores = [
  "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10m0 2.800a2.200 2.200 0 1 1 0 4.400 2.200 2.200 0 0 1 0-4.400",
  "M12 8.400a3.600 3.600 0 1 0 0 7.200 3.600 3.600 0 0 0 0-7.200",
  "M12 6.600 17.400 12 12 17.400 6.600 12zM12 9.800 9.800 12 12 14.200 14.200 12z",
  "M8 8H16V16H8z",
  "M10.700 7.200H13.300V10.700H16.800V13.300H13.300V16.800H10.700V13.300H7.200V10.700H10.700z",
];

/** Whatever text stands for a person (its pseudonym, made from its ref), as 32 well-mixed bits. */
function mixed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ hash >>> 16, 0x7feb352d);
  hash = Math.imul(hash ^ hash >>> 15, 0x846ca68b);
  return (hash ^ hash >>> 16) >>> 0;
}

export interface SealForm { points: number[]; core: number; turn: number }

export function seal_form(person: string): SealForm {
  const bits = mixed(person);
  // One to seven of the eight points: neither the empty star nor the full one, which is the mark.
  const mask = 1 + (bits & 0xffff) % 254;
  return { points: tips.map((_, i) => i).filter((i) => mask >> i & 1), core: (bits >>> 16) % cores.length,
    turn: (bits >>> 24) % 3 * 15 };
}

export function Seal({ person, size = 18 }: { person: string; size?: 18 | 21 | 34 | 52 }) {
  const { points, core, turn } = seal_form(person);
  return (
    <svg class={`seal of-${size}`} viewBox="0 0 24 24" aria-hidden="true">
      {points.map((i) => <path key={i} class="tip" d={tips[i]} />)}
      <path class="edge" d={star} />
      <path class="tip" fill-rule="evenodd" d={cores[core]} transform={`rotate(${turn} 12 12)`} />
    </svg>
  );
}

/** The closed star: what is sealed, and the ledger. */
export function ClosedSeal() {
  return <svg class="closed-seal" viewBox="0 0 24 24" aria-hidden="true"><path d={star} /></svg>;
}

export function Pseudonym({ person, size = 21, link = true }: { person: string; size?: 18 | 21; link?: boolean }) {
  const inside = <><Seal person={person} size={size} /><span class="id">{person}</span></>;
  return link ? <a class="by-seal" href={`/person/${person}`} data-person={person}>{inside}</a> : <span class="by-seal">{inside}</span>;
}

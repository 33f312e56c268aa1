// The few drawings: the mark of two squares, and icons of one stroke. Those that point somewhere
// turn round with the direction of writing.

const strokes = {
  trends: "M2.5 11.5 6 8l3 2.5 4.5-6M2.5 14h11",
  live: "M2 8.5h2.6L6.8 4l2.9 8 1.9-3.5H14",
  setup: "M5.5 2v3.2M10.500 2v3.2M3.600 5.300h8.800v2.200a4.400 4.400 0 0 1-8.800 0zM8 12v2.400",
  people: "M10.700 5.500a2.700 2.700 0 1 1-5.400 0 2.700 2.700 0 0 1 5.400 0ZM3 13.500c.600-3 2.500-4.200 5-4.200s4.400 1.200 5 4.200",
  ledger: "M3.500 2.500h9v11h-9zM6 2.500v11M8 6h2.500M8 9h2.500",
  access: "M8.500 10.500a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM7.700 8.300 13 3M11 5l1.800 1.800",
  find: "M11.200 7a4.200 4.200 0 1 1-8.400 0 4.200 4.200 0 0 1 8.400 0ZM10.200 10.200l3.200 3.200",
  menu: "M2.500 4.500h11M2.500 8h11M2.500 11.500h11",
  close: "m4 4 8 8M12 4l-8 8",
  copy: "M5.700 5.700h7.600v7.600H5.700zM10.300 5.700v-3H2.700v7.600h3",
  display: "M2.500 5h5.800M11.700 5h1.800M2.500 11h1.800M7.700 11h5.800M11.700 5a1.700 1.700 0 1 1-3.400 0 1.700 1.700 0 0 1 3.400 0ZM7.700 11a1.700 1.700 0 1 1-3.400 0 1.700 1.700 0 0 1 3.400 0Z",
  back: "M10 3.500 5.500 8l4.500 4.500",
  on: "M6 3.500 10.500 8 6 12.500",
  check: "M3 8.500 6.300 12 13 4.500",
  hold: "M5.500 3.500v9M10.500 3.500v9",
  resume: "M5 3.500v9L12.500 8z",
};
const turning = new Set(["trends", "live", "back", "on", "resume"]);

export function Icon({ name }: { name: keyof typeof strokes }) {
  return (
    <svg class={turning.has(name) ? "icon turns" : "icon"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={strokes[name]} />
    </svg>
  );
}

/** Two squares, one turned: the two halves of a key, of which neither opens anything alone. */
export function Squares() {
  return (
    <>
      <rect class="ours" x="4.3" y="4.3" width="15.4" height="15.4" />
      <rect class="theirs" x="4.3" y="4.3" width="15.4" height="15.4" transform="rotate(45 12 12)" />
    </>
  );
}

export function Mark() {
  return <svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><Squares /></svg>;
}

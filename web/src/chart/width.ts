import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element in pixels, kept true while it changes. */
export function useWidth<T extends HTMLElement>(otherwise: number) {
  const ref = useRef<T>(null);
  const [width, set_width] = useState(otherwise);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return undefined;
    const measure = () => box.clientWidth && set_width(box.clientWidth);
    const watch = new ResizeObserver(measure);
    watch.observe(box);
    measure();
    return () => watch.disconnect();
  }, []);
  return { ref, width };
}

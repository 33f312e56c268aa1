// A page that is not part of the first load: its script comes when the page is asked for.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/display";

export function Later({ load }: { load: () => Promise<ComponentType> }) {
  const [Loaded, set_loaded] = useState<ComponentType | null>(null);
  const [failed, set_failed] = useState(false);
  const begin = () => {
    set_failed(false);
    load().then((component) => set_loaded(() => component), () => set_failed(true));
  };
  useEffect(begin, []);
  if (Loaded) return <Loaded />;
  if (!failed) return null;
  return (
    <div class="wrap said" role="alert">
      <p class="bad">{t.value.error.network}</p>
      <button type="button" class="button edge" onClick={begin}>{t.value.again}</button>
    </div>
  );
}

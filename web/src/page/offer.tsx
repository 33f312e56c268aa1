// After a one-time link: a passkey is offered, since people open only with one. Any other page is the
// way on.
import { useEffect, useState } from "preact/hooks";
import { add_passkey, can_passkeys, enter_with_passkey, is_put_away } from "../api/passkey";
import { has_key, me, offers_passkey, project } from "../api/session";
import { t } from "../i18n/display";
import { k } from "../i18n/keep";
import { refusal_text } from "./ticket";

export function OfferPasskey() {
  const words = k.value.door;
  const [name, set_name] = useState(words.offer_name_value);
  const [busy, set_busy] = useState(false);
  const [trouble, set_trouble] = useState("");
  const made = (me.value?.ways.passkeys ?? 0) > 0;
  const useless = !can_passkeys() || !has_key.value || (me.value?.level ?? 0) >= 2;
  useEffect(() => { document.title = `${words.offer_title} · ${t.value.name}`; });
  useEffect(() => {
    if (useless) offers_passkey.value = false;
    // A link of the rail followed is an answer too.
    const moved = (event: MouseEvent) => {
      if ((event.target as Element).closest?.("a[href]")) offers_passkey.value = false;
    };
    addEventListener("click", moved, true);
    return () => removeEventListener("click", moved, true);
  }, [useless]);
  if (useless) return null;
  const run = async (act: () => Promise<unknown>) => {
    set_busy(true);
    set_trouble("");
    try {
      await act();
    } catch (error) {
      set_trouble(is_put_away(error) ? words.passkey_none : refusal_text(error));
    } finally {
      set_busy(false);
    }
  };
  const make = () => run(() => add_passkey(name.trim() || words.offer_name_value));
  const use = () => run(async () => {
    await enter_with_passkey();
    offers_passkey.value = false;
  });
  return (
    <div class="wrap narrow-page offer" data-offer>
      <header class="head"><h1>{words.offer_title}</h1></header>
      <p>{made ? words.offer_made : words.offer}</p>
      {project.value?.demo && <p class="soft">{words.offer_demo}</p>}
      {trouble && <p class="bad" role="alert">{trouble}</p>}
      <form onSubmit={(e) => { e.preventDefault(); void (made ? use() : make()); }}>
        {!made && (
          <label class="field">{words.offer_name}
            <input class="input" dir="auto" maxLength={64} value={name} onInput={(e) => set_name(e.currentTarget.value)} />
          </label>
        )}
        <p class="ways-on">
          <button type="submit" class="button solid" disabled={busy} data-passkey>{made ? words.offer_use : words.offer_make}</button>
          <button type="button" class="button" data-later onClick={() => { offers_passkey.value = false; }}>{words.offer_later}</button>
        </p>
      </form>
    </div>
  );
}

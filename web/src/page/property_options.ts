// The properties a slot may offer, in groups by what they belong to.
import { schema } from "../api/schema";
import type { Property } from "../api/types";
import { t } from "../i18n/display";
import { property_group, property_name } from "../report/naming";
import type { Option } from "./picker";

const order = (p: Property) => p.of === "event" ? 0 : p.of === "user" ? 1 : 2;

export function property_options(keep: (p: Property) => boolean): Option<Property>[] {
  const list = (schema.value?.properties ?? []).filter(keep);
  return list.sort((a, b) => order(a) - order(b)).map((p) => {
    const label = property_name(p.name);
    const note = p.class === "personal" ? t.value.sealed : label === p.name ? undefined : p.name;
    return { key: `${p.of} ${p.name}`, value: p, label, also: p.name, note, group: property_group(p.of) };
  });
}

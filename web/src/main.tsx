// The console: finds out who is here, then shows the door or the house.
import { effect } from "@preact/signals";
import { render } from "preact";
import { get, is_passing, wait } from "./api/http";
import { find_me, me, project } from "./api/session";
import type { Status } from "./api/types";
import { Enter, link_in_address, remember_address } from "./page/enter";
import { on_page_key } from "./page/keys";
import { follow, go, page } from "./page/route";
import { Shell } from "./page/shell";
import { Toast } from "./page/toast";

const link = link_in_address();

function App() {
  if (me.value === undefined) return null;
  return <>{me.value === null ? <Enter link={link} /> : <Shell />}<Toast /></>;
}

/** An address that is no page leads to the first one that says something. */
async function lead_home(): Promise<void> {
  try {
    const status = await get<Status>(`/api/status?project=${project.value?.id}`);
    if (page.value === null || page.value === "enter") go(status.events ? "/trends" : "/setup", true);
  } catch {
    if (page.value === null || page.value === "enter") go("/trends", true);
  }
}

async function begin(): Promise<void> {
  if (link) {
    me.value = null;
    return;
  }
  for (;;) {
    try {
      await find_me();
      return;
    } catch (error) {
      if (!is_passing(error)) {
        me.value ??= null;
        return;
      }
      await wait(1000);
    }
  }
}

effect(() => {
  if (me.value === null) {
    remember_address();
    go("/enter", true);
  } else if (me.value && (page.value === null || page.value === "enter")) {
    void lead_home();
  }
});
addEventListener("click", follow);
addEventListener("keydown", on_page_key);
render(<App />, document.getElementById("app")!);
void begin();

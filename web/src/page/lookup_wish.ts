// An e-mail that Go to was given: handed to the look-up's form in memory, never by an address.
import { signal } from "@preact/signals";

export const looked_for = signal("");

// Light or dark, by one press: the other one of what is seen now.
import { t, theme } from "../i18n/display";

export function is_dark(): boolean {
  if (theme.value !== "system") return theme.value === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export function ThemeButton() {
  const next = is_dark() ? "light" : "dark";
  return (
    <button type="button" class="square" aria-label={`${t.value.display_theme}: ${t.value.theme[next]}`}
      onClick={() => { theme.value = next; }}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.2" /><path d="M8 2.800a5.200 5.200 0 0 1 0 10.400z" fill="currentColor" />
      </svg>
    </button>
  );
}
